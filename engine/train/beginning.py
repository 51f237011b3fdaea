"""The model that a run begins with: from random weights, another model or a checkpoint."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from engine.layers.bit_linear import BitLinear
from engine.models.bitllama import BitLlama, pick_device
from engine.models.config import BitLlamaConfig
from engine.train import checkpoint
from engine.train.args import TrainArgs
from engine.train.data import TokenData
from engine.train.widening import widen_heads


def make_model(args: TrainArgs, data: TokenData, latest: Path | None) -> BitLlama:
    """The model before its first step, on the device of `args`; for a checkpoint, one of its sizes, to be filled.

    Raises `ConfigError` for a model to start from that does not fit the data, and what loading it raises.
    """
    device = pick_device(args.device)
    if latest is not None:
        config = BitLlamaConfig.from_dict(checkpoint.read_meta(latest)["config"], str(latest))
        model = BitLlama(config, device=device)
    elif args.init_from:
        body = checkpoint.load_trained(Path(args.init_from))
        data.require_tokenizer_of(body)
        if args.out_norm_eps:
            body = dataclasses.replace(body, config=dataclasses.replace(body.config, out_norm_eps=args.out_norm_eps))
        model = BitLlama.from_body(body, device, frozen=False)
        if args.widen_heads:
            model = widen_heads(model, args.widen_heads)
        _spread_rates(model, args)
    else:
        model = BitLlama(args.model_config(data.tokenizer.vocab_size), device=device)
        _spread_rates(model, args)
    if args.precision == "bf16":
        for module in model.modules():
            if isinstance(module, BitLinear):
                module.product = torch.bfloat16
    return model


def _spread_rates(model: BitLlama, args: TrainArgs) -> None:
    """Give the heads of each layer gates of different height, from where they stand down to `rate_floor`: what writes
    little keeps long, and a model whose heads all write much cannot find that out in time."""
    heads = model.config.num_heads
    if not args.rate_floor or model.config.ttt_variant != "linear":
        return
    share = torch.linspace(0, 1, heads) if heads > 1 else torch.ones(1)
    rates = args.inner_lr * (args.rate_floor / args.inner_lr) ** share
    with torch.no_grad():
        for name, bias in model.named_parameters():
            if name.endswith("ttt.rate.bias"):
                bias.add_((torch.logit(rates) - torch.logit(torch.tensor(args.inner_lr))).to(bias.device))
