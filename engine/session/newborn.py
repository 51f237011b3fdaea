"""What a newborn in the same body would answer: the measure of what a soul knows."""

from __future__ import annotations

from engine.llama import Llama
from engine.runtime.base import Cancel
from engine.text.completion import Completion
from engine.text.sampling import SamplingParams
from engine.text.template import ChatMessage


def answer(
    llama: Llama,
    text: str,
    system: str = "",
    sampling: SamplingParams | None = None,
    max_tokens: int = 256,
    cancel: Cancel | None = None,
    rate: float = 1.0,
) -> Completion:
    """Answer `text` with fast weights of zero, then be, bit for bit, who was there before.

    Args:
        llama: its live state stands aside meanwhile.
        text: what is asked; a newborn has heard nothing else.
        system: the system prompt, read first where there is one.
        sampling, max_tokens, cancel: as in `Llama.stream_chat`.
        rate: factor on the inner learning rate meanwhile.

    Raises `ConfigError` for settings that cannot work; the state is the one of before then, too.
    """
    messages = [ChatMessage("system", system.strip())] if system.strip() else []
    before = llama.snapshot()
    try:
        llama.reset_state()
        with llama.at_rate(rate):
            return llama.stream_chat([*messages, ChatMessage("user", text)], max_tokens, sampling, cancel=cancel)
    finally:
        llama.restore(before)
