"""Loading models."""

from __future__ import annotations

from pathlib import Path

from studio.messages import BodyFacts, Open, Opened
from studio.worker.desk import Desk, lines
from studio.worker.souls import shown_entries, soul_facts


def open_model(desk: Desk, command: Open) -> Opened:
    """Load a model; its soul wakes."""
    from engine.llama import Llama

    heard = desk.wake(Llama.load_auto(command.path, command.device, command.threads))
    problems = tuple(desk.mind.log.problems)
    return Opened(body_facts(desk), soul_facts(desk.mind), lines(shown_entries(heard)), problems)


def body_facts(desk: Desk) -> BodyFacts:
    """What is known of the loaded model."""
    llama = desk.mind.llama
    body, config = llama.body, llama.body.config
    path = Path(body.path) if body.path else Path()
    weights = path / "model.safetensors" if path.is_dir() else path
    return BodyFacts(
        name=path.parent.name if path.name == "model.safetensors" else path.stem,
        path=path,
        parameters=config.num_parameters,
        layers=config.num_layers,
        hidden_dim=config.hidden_dim,
        vocab_size=config.vocab_size,
        variant=config.ttt_variant,
        packed=body.encoding == "packed",
        file_bytes=weights.stat().st_size,
        fingerprint=body.fingerprint,
        device=llama.runtime.device,
        runtime=llama.runtime.name,
        reason=llama.runtime.reason,
    )


HANDLERS = {Open: open_model}
