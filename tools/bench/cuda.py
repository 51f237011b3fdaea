"""``bit-llama bench --device cuda``: what a graphics card does, beside what its bandwidth would allow."""

from __future__ import annotations

import argparse
import functools
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from engine.errors import BitLlamaError, ConfigError, DeviceError
from engine.models.bitllama import BitLlama, pick_device
from engine.models.config import BitLlamaConfig
from engine.ops.kernel_check import why_not_kernels
from engine.runtime.base import Runtime
from engine.runtime.select import create_runtime
from tools.bench.roofline import SIZES, TokenCost
from tools.bench.yardsticks import random_body

COPIED = 1 << 28
"""Bytes copied to measure the bandwidth; each is read and written."""
DECODED, READ, SEGMENT, STREAMS = 64, 512, 256, 8
"""Tokens decoded, tokens of the prompt, and of a training step: tokens of a segment, segments side by side."""
RUNS = 5
LARGEST_ERROR = 0.02
"""Relative error of the logits of a token that the gate allows: some int8 roundings of one float fall on two sides."""


def run(args: argparse.Namespace) -> int:
    """Print bandwidth, decode, prefill and training of one card, beside the limits."""

    if args.device is None:
        raise ConfigError("Name a bench (see bit-llama bench --help), or a card: bit-llama bench --device cuda.")
    place = pick_device(args.device)
    if place.type != "cuda":
        raise DeviceError(
            f"This bench measures CUDA cards and not {place}; bit-llama bench decode measures processors."
        )
    why = why_not_kernels(place)
    bandwidth = copy_bandwidth(place)
    print(f"{args.device}: copying reads and writes {bandwidth / 1e9:,.0f} GB/s together")
    print(
        "the Triton kernels are not used, since " + why if why else "each Triton kernel gives what its plain form gives"
    )
    heading()
    names = ("torch",) if why else ("cuda", "torch")
    rows = []
    for name, config in list(SIZES.items())[:3]:  # the last one is for paper: its random weights would fill the memory
        rows += measure(name, config, args.device, names, bandwidth)
    print(json.dumps({"bench": "card", "device": str(place), "bandwidth": bandwidth, "why_not": why, "rows": rows}))
    return 0


def heading() -> None:
    """The names of the columns."""
    columns = "".join(f"{name:>10}" for name in ("decode", "limit", "reached", "prefill", "training"))
    print(f"{'tokens a second':<22}{'by':<8}{columns}")


def measure(
    name: str, config: BitLlamaConfig, device: str, runtimes: tuple[str, ...], bandwidth: float
) -> list[dict[str, Any]]:
    """One model on each of `runtimes`, after the gate: a printed row for each, and its figures in tokens a second."""

    body = random_body(config)
    prompt = [(7 * i * i + 3) % config.vocab_size for i in range(READ)]
    made = {kind: create_runtime(body, device, kind) for kind in runtimes}
    gate(list(made.values()))
    limit = TokenCost.of(config).limit(bandwidth)
    training = STREAMS * SEGMENT / seconds(train_step(config, torch.device(device)))
    rows = []
    for kind, runtime in made.items():
        decode = DECODED / seconds(functools.partial(decode_all, runtime, prompt[:DECODED]))
        prefill = READ / seconds(functools.partial(runtime.prefill, prompt))
        print(
            f"{name:<22}{kind:<8}{decode:>10,.0f}{limit:>10,.0f}{decode / limit:>10.0%}"
            f"{prefill:>10,.0f}{training:>10,.0f}"
        )
        figures = {"decode": decode, "limit": limit, "prefill": prefill, "training": training}
        rows.append({"body": name, "runtime": kind, "placement": runtime.reason} | figures)
    return rows


def decode_all(runtime: Runtime, tokens: list[int]) -> None:
    """One token after the other."""
    for token in tokens:
        runtime.step(token)


def gate(runtimes: list[Runtime]) -> None:
    """Raises `BitLlamaError` where the runtimes' logits of a first token differ: then nothing is measured."""

    reference = runtimes[-1].step(1)
    for runtime in runtimes[:-1]:
        error = float(np.linalg.norm(runtime.step(1) - reference) / np.linalg.norm(reference))
        if not error <= LARGEST_ERROR:
            raise BitLlamaError(
                f"The logits of {runtime.name} differ from torch's by {error:.2g}, so nothing is measured; report this."
            )


def seconds(work: Callable[[], object]) -> float:
    """The median of several runs after one that warms up. `work` must wait for its own result."""
    work()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def copy_bandwidth(place: torch.device) -> float:
    """Bytes a second, read and written together, of a large copy within the device."""

    source = torch.zeros(COPIED, dtype=torch.uint8, device=place)
    target = torch.empty_like(source)

    def copy() -> None:
        target.copy_(source)
        target[:1].cpu()  # waits

    return 2 * COPIED / seconds(copy)


def train_step(config: BitLlamaConfig, place: torch.device) -> Callable[[], float]:
    """A step of training on random tokens: forward, backward, AdamW; the loss, which waits for all of it."""

    model = BitLlama(config, device=place)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    tokens = torch.randint(0, config.vocab_size, (STREAMS, SEGMENT + 1), device=place)

    def step() -> float:
        logits, _ = model(tokens[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return loss.item() + next(model.parameters())[0, 0].item()

    return step
