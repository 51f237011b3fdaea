"""``bit-llama export``: write a model in another form, and read it back to be sure."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.background import add_background
from engine.cli.options import add_linears
from engine.errors import ConfigError, FileFormatError

if TYPE_CHECKING:
    from engine.io.packed import EmbeddingForm, LinearForm


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("export", help="write a model as .bitt or as a checkpoint folder", description=__doc__)
    parser.add_argument(
        "source", metavar="SRC", type=Path, help="a model folder, .safetensors, .bitt, or a checkpoint of a run"
    )
    parser.add_argument("target", metavar="DST", type=Path, help="a file name ending in .bitt, or a folder")
    parser.add_argument("--float", action="store_true", help=".bitt: keep the float weights, do not pack them")
    parser.add_argument("--half", action="store_true", help=".bitt: store what stays in float as float16")
    embedding = parser.add_mutually_exclusive_group()
    embedding.add_argument(
        "--int8", action="store_true", help=".bitt: store embedding and head in 8 bits, not as floats"
    )
    embedding.add_argument("--int5", action="store_true", help="the same, with five bits a weight for the head")
    add_linears(parser, ".bitt: ternary weights in 2 bits each, or three in 5 bits, which is faster with AVX-512")
    # The names of earlier versions.
    embedding.add_argument("--bytes", dest="int8", action="store_true", help=argparse.SUPPRESS)
    embedding.add_argument("--fives", dest="int5", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--licence", metavar="NAME", help="the licence that the model's config is to name")
    add_background(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Export, then load the result and compare fingerprints."""
    from engine.io.bitt import save_bitt
    from engine.io.checkpoint import save_checkpoint
    from engine.io.model_file import fingerprint, load_weights
    from engine.io.packed import embedding_form

    bitt = args.target.suffix.lower() == ".bitt"
    embedding: EmbeddingForm | None = "int8" if args.int8 else "int5" if args.int5 else None
    linears: LinearForm | None = args.linears
    if not bitt and (args.float or args.half or embedding or linears):
        raise ConfigError(
            "--float, --half, --int8, --int5 and --linears are for .bitt files; "
            f"{args.target} would be a checkpoint folder."
        )
    if args.float and (embedding or linears):
        option, kind = (f"--{embedding}", "whole numbers") if embedding else ("--linears", "ternary codes")
        raise ConfigError(f"--float and {option} contradict each other: {kind} are for a packed file.")
    if not bitt and args.target.is_file():
        raise ConfigError(f"{args.target} is a file; name a folder, or a file ending in .bitt.")
    itself = args.target.exists() and args.source.exists() and args.target.samefile(args.source)
    if itself and (args.half or embedding):
        option = "half" if args.half else str(embedding)
        raise ConfigError(
            "--{option} rounds the weights, and {target} is the model itself, which would be lost; name another file.",
            option=option,
            target=args.target,
        )
    if (args.source / "loop.json").is_file():  # a checkpoint of a training run, in one file or in shards
        from engine.train.checkpoint import load_trained

        body = load_trained(args.source)
    else:
        body = load_weights(args.source)
    if args.licence:
        config = dataclasses.replace(body.config, extra=body.config.extra | {"license": args.licence})
        body = dataclasses.replace(body, config=config)
    if bitt:
        save_bitt(args.target, body, packed=not args.float, half=args.half, embedding=embedding, linears=linears)
    else:
        save_checkpoint(args.target, body)
    written = load_weights(args.target)
    found = fingerprint(written.config, written.tensors)
    held, kept = embedding_form(body.tensors), embedding_form(written.tensors)
    same = not args.half and held == kept
    if same and found != fingerprint(body.config, body.tensors):
        raise FileFormatError(
            "{target} does not hold the same model as {source}; export it again.",
            target=args.target,
            source=args.source,
        )
    files = [args.target] if bitt else [path for path in args.target.iterdir() if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"Wrote {args.target}: {size / 1e6:,.2f} MB, fingerprint {found[:16]}, read back and checked.")
    if args.half:
        print("float16 changes the weights a little: it is a model of its own, with souls of its own.")
    elif kept != held:
        print(
            "Embedding and head are held in another form, which rounds them: it is a model of its own, with its souls."
        )
    return 0
