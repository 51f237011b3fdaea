"""The training loop: one function, from arguments to a finished body."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from engine.config import BitLlamaConfig
from engine.errors import ConfigError, TrainingError
from engine.formats import atomic
from engine.formats.body import load_body
from engine.formats.checkpoint import save_checkpoint
from engine.model import BitLlama, pick_device
from engine.state import ModelState
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.batches import Segment, open_streams
from engine.train.data import TokenData
from engine.train.evaluate import evaluate
from engine.train.gates import GateTeacher


@dataclass(frozen=True)
class TrainStatus:
    """Where a run stands, for the person who watches it; also a line of ``metrics.jsonl``."""

    step: int
    steps: int
    loss: float
    """Training loss, nats per token, averaged over the last `log_interval` steps."""
    val_loss: float | None
    """Held-out loss with newborn fast weights, on the steps where it was measured."""
    val_carried: float | None
    """Held-out loss of one pass that is never reset (text)."""
    learning_rate: float
    tokens_per_second: float
    seconds: float
    """Time spent training, earlier parts of a resumed run included."""
    seconds_left: float


@dataclass(frozen=True)
class TrainResult:
    """How a run ended."""

    step: int
    finished: bool
    """False when it was stopped and can be resumed."""
    loss: float
    best_val_loss: float
    folder: Path
    """Where the body was saved."""


def run_training(
    args: TrainArgs,
    *,
    resume: bool = False,
    stop: Callable[[], bool] | None = None,
    on_status: Callable[[TrainStatus], None] | None = None,
) -> TrainResult:
    """Train a body, writing checkpoints and ``metrics.jsonl`` as it goes.

    Args:
        args: the dials.
        resume: go on from the last checkpoint in ``args.out``, bit for bit as if never stopped.
        stop: asked after every step; once it says True, a checkpoint is saved and the function returns.
        on_status: called every `log_interval` steps.

    Raises:
        ConfigError: arguments that contradict the data or the checkpoint.
        DataError: data that cannot be trained on.
        TrainingError: the loss is no longer finite; the last checkpoint is kept.
    """
    out = Path(args.out)
    latest = checkpoint.find_latest(out)
    if resume and latest is None:
        raise ConfigError(f"There is no checkpoint in {out} to resume from; start without --resume.")
    if not resume and latest is not None:
        raise ConfigError(f"{out} already holds a run; give --resume to go on with it, or another --out.")
    if args.threads:
        torch.set_num_threads(args.threads)
    data = TokenData.open(Path(args.data))
    torch.manual_seed(args.seed)
    model = _make_model(args, data, latest if resume else None)
    loop = checkpoint.LoopState(
        0, model, _make_optimizer(model, args), [model.init_state(args.batch_size) for _ in range(args.grad_accum)],
        {}, 0.0, math.inf,
    )  # fmt: skip
    streams = open_streams(data.train, args, data.meta["kind"])
    if resume and latest is not None:
        meta = checkpoint.read_meta(latest)
        checkpoint.check_same_run(meta, args)
        checkpoint.load(latest, meta, loop)
        streams.load_state_dict(loop.streams)
    out.mkdir(parents=True, exist_ok=True)
    metrics = _Metrics(out / "metrics.jsonl", loop.step)

    def save() -> None:
        loop.streams = streams.state_dict()
        checkpoint.save(out, loop, args)

    losses: list[float] = []
    started, timed_from = time.monotonic() - loop.seconds, time.monotonic()
    timed_steps = timed_tokens = 0
    while loop.step < args.steps and not (stop is not None and stop()):
        rate = args.learning_rate(loop.step)
        segment = streams.next()
        loss = _step(loop, segment, rate, args)
        if not math.isfinite(loss):
            kept = checkpoint.find_latest(out)
            raise TrainingError(
                f"The loss became {loss} at step {loop.step + 1}, so the run was stopped; "
                + (f"the last good checkpoint is {kept}. " if kept else "no checkpoint had been saved yet. ")
                + "Resume with a lower --lr."
            )
        loop.step += 1
        loop.seconds = time.monotonic() - started
        losses.append(loss)
        timed_steps += 1
        timed_tokens += segment.tokens.size
        validated = loop.step % args.eval_interval == 0 or loop.step == args.steps
        if validated or loop.step % args.log_interval == 0:
            elapsed = max(time.monotonic() - timed_from, 1e-9)
            per_step = elapsed / timed_steps
            result = None
            if validated:
                result = evaluate(
                    model, data.val, data.meta["kind"], context=args.context_len, limit=args.eval_tokens,
                    fresh_only=data.meta["kind"] != "text",
                )  # fmt: skip
                loop.best_loss = min(loop.best_loss, result.fresh)
            status = TrainStatus(
                loop.step, args.steps, sum(losses) / len(losses),
                result.fresh if result else None,
                result.carried if result and data.meta["kind"] == "text" else None,
                rate, timed_tokens / elapsed,
                loop.seconds, per_step * (args.steps - loop.step),
            )  # fmt: skip
            metrics.write(status)
            losses, timed_from, timed_steps, timed_tokens = [], time.monotonic(), 0, 0
            if on_status:
                on_status(status)
        if loop.step % args.save_interval == 0 and loop.step < args.steps:
            save()
    save()
    save_checkpoint(out / "model", model.to_body(data.tokenizer.to_json()))
    return TrainResult(loop.step, loop.step >= args.steps, metrics.last_loss, loop.best_loss, out / "model")


def _make_model(args: TrainArgs, data: TokenData, latest: Path | None) -> BitLlama:
    device = pick_device(args.device)
    vocab = data.tokenizer.vocab_size
    if latest is not None:
        config = BitLlamaConfig.from_dict(checkpoint.read_meta(latest)["config"], str(latest))
        model = BitLlama(config, device=device)
    elif args.init_from:
        body = load_body(Path(args.init_from))
        if args.out_norm_eps:
            body = dataclasses.replace(body, config=dataclasses.replace(body.config, out_norm_eps=args.out_norm_eps))
        model = BitLlama.from_body(body, device, frozen=False)
        _spread_rates(model, args)
    else:
        model = BitLlama(args.model_config(vocab), device=device)
        _spread_rates(model, args)
    if model.config.vocab_size != vocab:
        raise ConfigError(
            f"The body has {model.config.vocab_size} tokens and the data {vocab}; "
            "prepare the data with the body's tokenizer (--tokenizer)."
        )
    return model


def _spread_rates(model: BitLlama, args: TrainArgs) -> None:
    """Give the heads of each layer gates of different height, from where they stand down to `rate_floor`: what writes
    little keeps long, and a body whose heads all write much cannot find that out in time."""
    heads = model.config.num_heads
    if not args.rate_floor or model.config.ttt_variant != "linear":
        return
    share = torch.linspace(0, 1, heads) if heads > 1 else torch.ones(1)
    rates = args.inner_lr * (args.rate_floor / args.inner_lr) ** share
    with torch.no_grad():
        for name, bias in model.named_parameters():
            if name.endswith("ttt.rate.bias"):
                bias.add_((torch.logit(rates) - torch.logit(torch.tensor(args.inner_lr))).to(bias.device))


def _make_optimizer(model: BitLlama, args: TrainArgs) -> torch.optim.Optimizer:
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": args.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=args.lr, betas=(0.9, args.beta2), eps=1e-8)


def _step(loop: checkpoint.LoopState, segment: Segment, rate: float, args: TrainArgs) -> float:
    """One optimiser step over all micro-batches; returns the loss in nats per counted token."""
    model, device = loop.model, loop.model.device
    tokens, targets, weights, worth = (
        torch.from_numpy(x).to(device) for x in (segment.tokens, segment.targets, segment.weights, segment.worth)
    )
    gates = GateTeacher(model, args.gate_weight)
    states = _take_over(loop.carried, segment, device)
    counted = weights.sum().clamp_min(1.0)
    loop.optimizer.zero_grad(set_to_none=True)
    total = torch.zeros((), device=device)
    for m, state in enumerate(states):
        rows = slice(m * args.batch_size, (m + 1) * args.batch_size)
        counts = weights[rows] > 0
        with gates.watching():
            h, state, _ = model.hidden(tokens[rows], state)
        logits = model.head(h[counts])  # what does not count needs no logits: the head is the largest map
        nll = F.cross_entropy(logits, targets[rows][counts], reduction="none")
        loss = (nll * weights[rows][counts]).sum() / counted
        (loss + args.gate_weight * gates.loss(worth[rows], len(states))).backward()
        total += loss.detach()
        loop.carried[m] = state.detach()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), args.grad_clip or math.inf)
    value = float(total)
    if not math.isfinite(value) or not bool(torch.isfinite(norm)):
        return math.nan
    for group in loop.optimizer.param_groups:
        group["lr"] = rate
    loop.optimizer.step()
    return value


def _take_over(carried: list[ModelState], segment: Segment, device: torch.device) -> list[ModelState]:
    """The states that the segment begins with: newborn, the stream's own, or another's as a prior soul."""
    mask, begins = (torch.from_numpy(x).to(device) for x in (segment.carried, segment.begins))
    own = bool((segment.source == range(len(segment.source))).all())
    if own and segment.carried.all() and not segment.begins.any():
        return carried

    def pick(m: int) -> ModelState:
        size = carried[m].batch
        rows = slice(m * size, (m + 1) * size)
        # A prior soul comes from the same micro-batch, so that no state is copied between them.
        source = torch.from_numpy(segment.source[rows] % size).to(device)
        state = (carried[m] if own else carried[m].select(source)).keep(mask[rows])
        return state.without_transient(begins[rows])

    return [pick(m) for m in range(len(carried))]


class _Metrics:
    """``metrics.jsonl``: a line per report; at a resume, lines after the checkpoint are dropped."""

    def __init__(self, path: Path, step: int) -> None:
        self.path, self.last_loss = path, math.nan
        kept = []
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                entry = _parse(line)
                if entry is not None and entry["step"] <= step:
                    kept.append(line)
        atomic.write_text(path, "".join(line + "\n" for line in kept))

    def write(self, status: TrainStatus) -> None:
        self.last_loss = status.loss
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(status)) + "\n")


def _parse(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("step"), int) else None
