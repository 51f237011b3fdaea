"""The memory alone learns to find: which of all words that were told is the one that a reply needs next.

The backbone does not take part, so that a step is cheap: messages are written, the tokens of a reply read, and what
they find is compared with the values of all words of the messages. A token of a reply that repeats a rare word of what
was told must find that word; every other one must find nothing: words that answer no question, replies to what was
never told, ordinary talk.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from engine.layers.memory import Memory
from engine.models.transformer import Transformer
from engine.train.memory.frozen import FrozenMessage, FrozenReply
from engine.train.memory.pool import TrainingLife
from engine.train.memory.reading import recall, write_messages
from engine.train.memory.vocabulary import Vocabulary

FIRST_SHARPNESS, FIRST_THRESHOLD = 15.0, 4.0


class RecallLoss(nn.Module):
    """The loss of finding; its two numbers are trained with the memory and not kept.

    Args:
        model: the backbone, for its embeddings.
        memory: what is trained.
        vocabulary: of its tokens.
    """

    def __init__(self, model: Transformer, memory: Memory, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._backbone, self._memory, self._vocabulary = [model], [memory], vocabulary  # not submodules
        self.sharpness = nn.Parameter(torch.tensor(FIRST_SHARPNESS))
        self.threshold = nn.Parameter(torch.tensor(FIRST_THRESHOLD))

    def forward(self, life: TrainingLife, others: Sequence[FrozenReply]) -> Tensor:
        """The loss of one life, in which `others` are replies of ordinary talk."""
        (model,), (memory,) = self._backbone, self._memory
        fast = write_messages(model, memory, life.messages)
        words = sorted({i for m in life.messages for i in m.ids.tolist()})
        replies = [*(q for q, _ in life.asked), *life.unknown, *others]
        told = [item.messages for _, item in life.asked]
        wanted = pad_sequence(
            [self._wanted(r, told[n] if n < len(told) else (), words) for n, r in enumerate(replies)],
            batch_first=True,
            padding_value=-1,
        )
        counts = wanted >= 0
        found = recall(memory, replies, fast)[counts]
        values = F.normalize(model.embed(torch.tensor(words)), dim=-1)
        scores = self.sharpness * torch.einsum("nhv,chv->nc", found, memory.split_values(memory.value(values)))
        scores = torch.cat((scores, self.threshold.expand(len(scores), 1)), dim=-1)
        target = wanted[counts]
        is_value = target < len(words)
        weights = pad_sequence([self._weights(r) for r in replies], batch_first=True)[counts]
        losses = F.cross_entropy(scores, target, reduction="none") * weights
        return losses[~is_value].mean() + (losses[is_value].sum() / weights[is_value].sum() if is_value.any() else 0)

    def _wanted(self, reply: FrozenReply, told: Sequence[FrozenMessage], words: Sequence[int]) -> Tensor:
        """For each token that reads the number of the word that it must find; ``len(words)`` for nothing, -1 where it
        predicts no token of the reply."""
        places = {i: n for n, i in enumerate(words)}
        own = {i for m in told for i in m.ids.tolist()}
        alike: dict[str, int] = {}
        for i in own:
            alike.setdefault(self._vocabulary.words[i], i)
        out = [-1] * (len(reply.streams) - len(reply.targets))
        for i in reply.targets.tolist():
            word = self._vocabulary.words[i]
            same = None if word in self._vocabulary.common else i if i in own else alike.get(word)
            out.append(len(words) if same is None else places[same])
        if reply.weights is not None:  # what counts nothing predicts nothing
            start = len(out) - len(reply.targets)
            out[start:] = [n if weight else -1 for n, weight in zip(out[start:], reply.weights.tolist(), strict=True)]
        return torch.tensor(out)

    def _weights(self, reply: FrozenReply) -> Tensor:
        """What each token that reads counts, as `_wanted` has them."""
        own = torch.ones(len(reply.targets)) if reply.weights is None else reply.weights
        return F.pad(own, (len(reply.streams) - len(own), 0))
