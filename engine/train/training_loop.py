"""The training loop: one function, from arguments to a finished model."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.errors import ConfigError
from engine.io import atomic
from engine.io.checkpoint import save_checkpoint
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.batches import open_streams
from engine.train.beginning import make_model
from engine.train.data import TOKENIZER_FILE, TokenData
from engine.train.distributed import ALONE, Ranks
from engine.train.evaluate import check_held_out, evaluate
from engine.train.learner import Learner, train_step
from engine.train.metrics import MetricsFile, TrainingMeter, TrainStatus
from engine.train.optimizer import make_optimizer


@dataclass(frozen=True)
class TrainResult:
    """How a run ended."""

    step: int
    finished: bool
    """False when it was stopped and can be resumed."""
    loss: float
    best_val_loss: float
    folder: Path
    """Where the model was saved."""


def run_training(
    args: TrainArgs,
    *,
    resume: bool = False,
    stop: Callable[[], bool] | None = None,
    on_status: Callable[[TrainStatus], None] | None = None,
    ranks: Ranks = ALONE,
) -> TrainResult:
    """Train a model, writing checkpoints and ``metrics.jsonl`` as it goes.

    Args:
        args: the dials.
        resume: go on from the last checkpoint in ``args.out``, bit for bit as if never stopped.
        stop: asked after every step; once it says True, a checkpoint is saved and the function returns.
        on_status: called every `log_interval` steps, on the leading rank.
        ranks: this process among those that train together; every one of them must call this function.

    Raises:
        ConfigError: arguments that contradict the data or the checkpoint.
        DataError: data that cannot be trained on.
        TrainingError: the loss or the weights are no longer finite; the last checkpoint is kept.
    """
    share = ranks.share(args.batch_size)
    out = Path(args.out)
    latest = checkpoint.find_latest(out)
    if resume and latest is None:
        raise ConfigError("There is no checkpoint in {out} to resume from; start without --resume.", out=out)
    if not resume and latest is not None:
        raise ConfigError("{out} already holds a run; give --resume to go on with it, or another --out.", out=out)
    if args.threads:
        torch.set_num_threads(args.threads)
    data = TokenData.open(Path(args.data))
    kind = data.meta["kind"]
    meta = checkpoint.read_meta(latest) if latest is not None else None
    if meta is not None:
        checkpoint.check_same_run(meta, args, data)
    check_held_out(data.val, kind, args.context_len, args.eval_tokens)
    torch.manual_seed(args.seed)
    model = make_model(args, data, latest)
    learner = ranks.wrap(Learner(model, args.gate_weight), model)
    loop = checkpoint.LoopState(
        0, model, make_optimizer(model, args, ranks), [model.init_state(share) for _ in range(args.grad_accum)],
        {}, 0.0, math.inf,
    )  # fmt: skip
    streams = open_streams(data.train, args, kind, ranks.streams(args.batch_size, args.grad_accum))
    if latest is not None and meta is not None:
        checkpoint.load(latest, meta, loop, ranks)
        streams.load_state_dict(loop.streams)
    elif ranks.leads:
        atomic.make_folder(out / "checkpoints")
        atomic.write_text(out / "checkpoints" / TOKENIZER_FILE, data.tokenizer.to_json())
    metrics = MetricsFile(out / "metrics.jsonl", loop.step, writes=ranks.leads)
    meter = TrainingMeter(loop.seconds)

    def save() -> None:
        loop.streams = streams.state_dict()
        checkpoint.save(out, loop, args, data, ranks)

    while loop.step < args.steps and not ranks.any(stop is not None and stop()):
        rate = args.learning_rate(loop.step)
        segment = streams.next()
        loss = train_step(loop, learner, segment, rate, args, ranks)
        if not math.isfinite(loss):
            raise checkpoint.not_finite(out, loop, "loss")
        loop.step += 1
        loop.seconds = meter.seconds
        meter.count(loss, segment.tokens.size * ranks.world)
        validated = loop.step % args.eval_interval == 0 or loop.step == args.steps
        if validated or loop.step % args.log_interval == 0:
            fresh = carried = None
            if validated:
                result = evaluate(
                    model, data.val, kind, context=args.context_len, limit=args.eval_tokens, fresh_only=kind != "text"
                )
                fresh, carried = result.fresh, result.carried if kind == "text" else None
                loop.best_loss = min(loop.best_loss, fresh)
            status = meter.report(loop.step, args.steps, rate, fresh, carried)
            metrics.write(status)
            if on_status and ranks.leads:
                on_status(status)
        if loop.step % args.save_interval == 0 and loop.step < args.steps:
            save()
    save()
    body = ranks.body(model, data.tokenizer.to_json())
    if body is not None:
        save_checkpoint(out / "model", body)
    return TrainResult(loop.step, loop.step >= args.steps, metrics.last_loss, loop.best_loss, out / "model")
