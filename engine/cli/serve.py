"""``bit-llama serve``: the mind behind the interface that other programs speak, on this machine alone unless an address
is named."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

from engine.cli import options
from engine.errors import ConfigError

PORT = 8741


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("serve", help="let other programs talk with it", description=__doc__)
    options.add_model(parser)
    options.add_workspace(parser)
    options.add_device(parser)
    parser.add_argument(
        "--host", metavar="ADDRESS", default="127.0.0.1",
        help="where it listens; another than this lets other machines in (default: 127.0.0.1)",
    )  # fmt: skip
    parser.add_argument("--port", metavar="N", type=int, default=PORT, help=f"0: a free one (default: {PORT})")
    parser.add_argument(
        "--key-file", metavar="FILE", type=Path,
        help="the key that clients have to bring; made where it is not there (default: server.key in the workspace)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl+C or a signal."""
    try:
        from engine.server.guard import is_loopback
        from engine.server.key import FILE, ServerKey
        from engine.server.run import Server, listening, serving
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn", "h11", "anyio"):
            raise
        raise ConfigError(
            "The server needs the package {name}: pip install 'bit-llama-studio[server]'.", name=error.name
        ) from error
    workspace = options.open_workspace(args)
    key_file = args.key_file or workspace.root / FILE
    key = ServerKey.load(key_file)
    with listening(args.host, args.port) as door, options.open_mind(args) as mind:
        _log_requests()
        with serving(Server(mind, key, args.host)) as server:
            host, port = door.getsockname()[:2]
            host = f"[{host}]" if ":" in host else host
            print(f"Listening at http://{host}:{port}/v1; the key is in {key_file}; Ctrl+C ends it.", flush=True)
            if not is_loopback(args.host):
                print(
                    "Other machines can reach it, and what is said travels unencrypted: let it be a network that you "
                    "trust.",
                    file=sys.stderr,
                    flush=True,
                )
            server.run(sockets=[door])
    return 0


def _log_requests() -> None:
    """One line a request to the standard error, none of its text."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log = logging.getLogger("engine.server")
    log.setLevel(logging.INFO)
    log.handlers = [handler]
    log.propagate = False
