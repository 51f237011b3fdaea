"""``bit-llama soul``: the souls of a model, and going back to one that was kept."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import options
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.memory.souls import SoulStore
    from engine.memory.workspace import Workspace


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("soul", help="list, show, copy, restore souls", description=__doc__)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="the active soul and those that were kept, oldest first")
    show = actions.add_parser("show", help="the card of a soul, with its history")
    show.add_argument("which", metavar="SOUL", nargs="?", help="a .soul file or the id of a kept one (default: active)")
    save = actions.add_parser("save", help="write a copy of a soul to a file")
    save.add_argument("target", metavar="FILE", type=Path, help="where the copy goes")
    save.add_argument("--id", metavar="ID", help="a kept soul (default: the active one)")
    restore = actions.add_parser("restore", help="make a kept soul the active one; the present one is kept too")
    restore.add_argument("id", metavar="ID", nargs="?", help="from `soul list` (default: the one kept last)")
    for action, function in ((listing, _list), (show, _show), (save, _save), (restore, _restore)):
        options.add_model(action, option=True)
        options.add_workspace(action)
        action.set_defaults(run=function)


def _store(args: argparse.Namespace) -> tuple[Workspace, SoulStore]:
    from engine.formats.body import load_body
    from engine.memory.souls import SoulStore

    workspace = options.open_workspace(args)
    body = load_body(options.model_path(args), check=False)
    return workspace, SoulStore(workspace, body.config, body.fingerprint, args.soul)


def _list(args: argparse.Namespace) -> int:
    _, store = _store(args)
    for entry in store.entries():
        note = next((str(e.get("note", "")) for e in entry.meta.history if e.get("id") == entry.id), "")
        print(f"{entry.id[:8]}  {entry.when}  {entry.event:<9} level {entry.meta.level:>9,}  {note}".rstrip())
    active = store.load_active()
    if active is None:
        print(f"The soul {store.name!r} has not lived yet in this model.")
    else:
        print(f"{active.meta.id[:8]}  {active.meta.created:<16.16}  active    level {active.meta.level:>9,}")
    return 0


def _show(args: argparse.Namespace) -> int:
    from engine.formats.inspect import inspect_path

    if args.which and Path(args.which).exists():
        path = Path(args.which)
    else:
        _, store = _store(args)
        path = store.find(args.which) if args.which else store.active
        if not path.exists():
            raise ConfigError(f"The soul {store.name!r} has not lived yet in this model; there is nothing to show.")
    card = inspect_path(path)
    print(card.render().rstrip("\n"))
    return 1 if card.problems else 0


def _save(args: argparse.Namespace) -> int:
    from engine.formats.soul import save_soul

    _, store = _store(args)
    soul = store.read(args.id) if args.id else store.load_active()
    if soul is None:
        raise ConfigError(f"The soul {store.name!r} has not lived yet in this model; there is nothing to save.")
    save_soul(args.target, soul)
    print(f"Wrote {args.target}, level {soul.meta.level:,}.")
    return 0


def _restore(args: argparse.Namespace) -> int:
    workspace, store = _store(args)
    with workspace.lock():
        kept = store.entries()
        if not kept:
            raise ConfigError(f"No soul {store.name!r} of this model was kept yet; there is nothing to go back to.")
        former = store.read(args.id or kept[-1].id)
        soul = store.save_active(former, "restore", f"back to {former.meta.id}")
    print(f"Active again: {former.meta.id[:8]}, level {soul.meta.level:,}; the soul of before was kept.")
    return 0
