"""``bit-llama soul``: the souls of a model, their history, and the ways back."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import options, soul_forget, soul_move
from engine.cli.terminal import printable
from engine.errors import ConfigError

if TYPE_CHECKING:
    from engine.io.soul import Soul
    from engine.session.soul_registry import SoulRegistry
    from engine.session.soul_store import SoulStore
    from engine.session.timeline import Moment
    from engine.session.workspace import Workspace


def add_parser(commands: Any) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("soul", help="souls and their history: list, restore, forget", description=__doc__)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    def action(name: str, function: Any, text: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
        options.add_model(added, option=True)
        options.add_workspace(added)
        added.set_defaults(run=function)
        return added

    def which(to: argparse.ArgumentParser, **more: Any) -> None:
        to.add_argument("id", metavar="ID", help="a kept soul: the beginning of its id, or its label", **more)

    action("list", _list, "the kept souls, oldest first, the soul as it is, and the other souls of this model")
    show = action("show", _show, "the card of a soul, with its history")
    show.add_argument(
        "which", metavar="SOUL", nargs="?", help="a .soul file or a kept soul (default: the soul as it is)"
    )
    save = action("save", _save, "write a copy of a soul to a file")
    save.add_argument("target", metavar="FILE", type=Path, help="where the copy goes")
    save.add_argument("--id", metavar="ID", help="a kept soul (default: the soul as it is)")
    which(action("restore", _restore, "go back to a kept soul; the present one is kept too"), nargs="?", default="")
    action("undo", _undo, "go back to before the last sleep, import, reset, restore or blend; again: take that back")
    branch = action("branch", _branch, "begin another soul from this one; both go their own ways")
    branch.add_argument("name", metavar="NAME", help="what the new soul is called")
    branch.add_argument("--from", dest="id", metavar="ID", help="from a kept soul (default: from the soul as it is)")
    switch = action("switch", _switch, "make another soul of this model the one that wakes")
    switch.add_argument("name", metavar="NAME", help="which")
    rename = action("rename", _rename, "call this soul otherwise, or with --id give a kept one a label")
    rename.add_argument("name", metavar="NAME", help='the new name or label ("" takes a label away)')
    rename.add_argument("--id", metavar="ID", help="a kept soul (default: the soul itself gets the name)")
    note = action("note", _note, "say something of a kept soul")
    which(note)
    note.add_argument("text", metavar="TEXT", help='the note ("" takes it away)')
    which(action("pin", _pin, "keep a kept soul for good"))
    which(action("unpin", _unpin, "keep it no longer for good"))
    which(action("delete", _delete, "delete kept souls that are not pinned"), nargs="+")
    prune = action("prune", _prune, "delete old autosaves, as is done by itself after every event")
    prune.add_argument("--keep", metavar="N", type=int, help="how many of the newest stay (default: 20)")
    blend = action("blend", _blend, "go on as a mean of two souls; both are kept, and undo takes it back")
    blend.add_argument("first", metavar="A", nargs="?", default="", help="a kept soul (default: the soul as it is)")
    blend.add_argument("second", metavar="B", help="another kept soul, another soul by its name, or a .soul file")
    blend.add_argument("--share", metavar="X", type=float, default=0.5, help="how much of B, 0 to 1 (default: 0.5)")
    diff = action("diff", _diff, "what changed from one soul to another, layer by layer")
    diff.add_argument("first", metavar="A", help="a kept soul, or a .soul file")
    diff.add_argument("second", metavar="B", nargs="?", help="another one (default: the soul as it is)")
    diff.add_argument("--json", action="store_true", help="one JSON object, with the change of every head")
    soul_move.add_action(actions)
    soul_forget.add_actions(action)


def _open(args: argparse.Namespace, name: str | None = None) -> tuple[Workspace, SoulRegistry, SoulStore]:
    from engine.session.soul_registry import SoulRegistry

    workspace = options.open_workspace(args)
    weights = options.soul_weights(args)
    registry = SoulRegistry(workspace, weights.fast_config, weights.fingerprint)
    for problem in registry.problems():
        print(problem, file=sys.stderr)
    return workspace, registry, registry.store(args.soul if name is None else name)


def _active(store: SoulStore, registry: SoulRegistry) -> Soul:
    soul = store.load_active()
    if soul is None:
        raise ConfigError(f"The soul {registry.name_of(store.name)!r} has not lived yet in this model.")
    return soul


def _list(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    _, registry, store = _open(args)
    for moment in Timeline(store).moments():
        print(_line(moment))
    soul = store.load_active()
    name = registry.name_of(store.name)
    if soul is None:
        print(f"The soul {name!r} has not lived yet in this model.")
    else:
        print(f"{soul.meta.id[:8]}  {soul.meta.created:<16.16}  active    level {soul.meta.level:>9,}  {name}")
    if others := [mate for mate in registry.all() if mate.key != store.name]:
        print("Other souls of this model: " + ", ".join(f"{m.name}{' (wakes)' if m.active else ''}" for m in others))
    return 0


def _line(moment: Moment) -> str:
    marks = ["pinned"] * moment.pinned + ["has lived what was forgotten"] * moment.stale
    words = "  ".join(filter(None, [f"[{moment.label}]" if moment.label else "", moment.note, ", ".join(marks)]))
    line = f"{moment.id[:8]}  {moment.when}  {moment.event:<9} level {moment.level:>9,}  {printable(words)}"
    return " ".join(line.splitlines()).rstrip()


def _show(args: argparse.Namespace) -> int:
    from engine.io.inspect import inspect_path
    from engine.session.timeline import Timeline, digest

    if args.which and Path(args.which).exists():
        path = Path(args.which)
    else:
        _, registry, store = _open(args)
        path = Timeline(store).find(args.which).path if args.which else store.active
        if not args.which:
            _active(store, registry)
    card = inspect_path(path)
    print(card.render().rstrip("\n"))
    if not card.problems:
        from engine.io.soul import load_soul

        print(f"fast weights  sha256 {digest(load_soul(path))}")
    return 1 if card.problems else 0


def _save(args: argparse.Namespace) -> int:
    from engine.io.soul import save_soul
    from engine.session.active_soul import copied
    from engine.session.timeline import Timeline

    _, registry, store = _open(args)
    soul = Timeline(store).read(args.id) if args.id else _active(store, registry)
    save_soul(args.target, copied(soul, registry.name_of(store.name)))
    print(f"Wrote {args.target}, level {soul.meta.level:,}.")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    workspace, _, store = _open(args)
    with workspace.lock():
        moments = Timeline(store).moments()
        if not moments and store.put_damaged_aside():
            print(f"The soul {store.name!r} is damaged and was put aside in {store.history}; a newborn wakes.")
            return 0
        if not moments:
            raise ConfigError(f"No soul {store.name!r} of this model was kept yet; there is nothing to go back to.")
        _go_back(workspace, store, Timeline(store).find(args.id) if args.id else moments[-1])
    return 0


def _undo(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    workspace, registry, store = _open(args)
    with workspace.lock():
        _go_back(workspace, store, Timeline(store).before_last_event(_active(store, registry).meta))
    return 0


def _go_back(workspace: Workspace, store: SoulStore, moment: Moment) -> None:
    from engine.io.conversation_log import ConversationLog
    from engine.session.history import event_note

    facts = {"heard": ConversationLog(workspace.memories).newest()}
    soul = store.save_active(store.read(moment.id), "restore", event_note("restore", moment.called), facts)
    print(f"Active again: {moment.id[:8]}, level {soul.meta.level:,}; the soul of before was kept.")


def _blend(args: argparse.Namespace) -> int:
    from engine.io.conversation_log import ConversationLog
    from engine.session.blend import blend, blend_facts, find_second
    from engine.session.timeline import Timeline

    workspace, registry, store = _open(args)
    with workspace.lock():
        first = Timeline(store).read(args.first) if args.first else _active(store, registry)
        log, file = ConversationLog(workspace.memories), Path(args.second)
        second = find_second(file if file.is_file() else args.second, registry, store, log)
        facts = {"heard": log.newest(), **blend_facts(first, second, args.share)}
        soul = blend(first, second.soul, args.share)
        kept = store.save_active(soul, "blend", second.told(args.share), facts)
    what = second.told(args.share)
    print(f"Active: {kept.meta.id[:8]}, level {kept.meta.level:,}, {what}; the soul of before was kept.")
    return 0


def _branch(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    workspace, registry, store = _open(args)
    with workspace.lock():
        soul = Timeline(store).read(args.id) if args.id else _active(store, registry)
        registry.branch(store, soul, args.name)
    print(f"The soul {args.name!r} begins at level {soul.meta.level:,}; `bit-llama soul switch` makes it wake.")
    return 0


def _switch(args: argparse.Namespace) -> int:
    workspace, registry, _ = _open(args)
    with workspace.lock():
        registry.choose(registry.existing(args.name).name)
    print(f"The soul {args.name!r} wakes from now on.")
    return 0


def _rename(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    workspace, registry, store = _open(args)
    with workspace.lock():
        if args.id:
            print(_line(Timeline(store).rename(args.id, args.name)))
        else:
            registry.rename(registry.existing(args.soul).name, args.name)
            print(f"It is called {args.name!r} now.")
    return 0


def _note(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    workspace, _, store = _open(args)
    with workspace.lock():
        print(_line(Timeline(store).note(args.id, args.text)))
    return 0


def _pin(args: argparse.Namespace, pinned: bool = True) -> int:
    from engine.session.timeline import Timeline

    workspace, _, store = _open(args)
    with workspace.lock():
        print(_line(Timeline(store).pin(args.id, pinned)))
    return 0


def _unpin(args: argparse.Namespace) -> int:
    return _pin(args, pinned=False)


def _delete(args: argparse.Namespace) -> int:
    from engine.session.timeline import Timeline

    workspace, _, store = _open(args)
    with workspace.lock():
        for which in args.id:
            print(f"Deleted {Timeline(store).delete(which).id[:8]}.")
    return 0


def _prune(args: argparse.Namespace) -> int:
    from engine.session.timeline import KEEP, Timeline

    workspace, _, store = _open(args)
    with workspace.lock():
        gone = Timeline(store).prune(KEEP if args.keep is None else args.keep)
    print(f"Deleted {options.counted(len(gone), 'autosave')}.")
    return 0


def _diff(args: argparse.Namespace) -> int:
    from engine.io.soul import load_soul
    from engine.session.timeline import Timeline

    _, registry, store = _open(args)
    first, second = (
        _active(store, registry) if which is None else load_soul(Path(which)) if Path(which).is_file() else which
        for which in (args.first, args.second)
    )
    found = Timeline(store).compare(first, second)
    if args.json:
        told = {"tokens": found.tokens, "whole": asdict(found.whole), "layers": [asdict(one) for one in found.layers]}
        print(json.dumps(told | {"heads": found.heads.tolist()}))
        return 0
    print(f"{'layer':>5}  {'|a|':>9}  {'|b|':>9}  {'cosine':>8}  {'change':>7}  heads")
    rows = [(str(number), one, found.heads[number]) for number, one in enumerate(found.layers)]
    for name, one, heads in [*rows, ("all", found.whole, [])]:
        figures = f"{one.norms[0]:9.3f}  {one.norms[1]:9.3f}  {one.cosine:8.4f}  {one.change:7.4f}"
        shown = " ".join(f"{change:.2f}" for change in heads)
        print(f"{name:>5}  {figures}  {shown}".rstrip())
    print(f"{found.tokens:+,} tokens. change = |b - a| / max(|a|, |b|): 0 the same, 1 one is newborn, 2 opposite.")
    return 0
