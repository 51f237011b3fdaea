"""Taking over a preset, and deleting everything: asked before it is done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from engine.errors import BitLlamaError
from studio.protocol import EngineFailure
from studio.settings import presets
from studio.settings.declarations import Setting
from studio.settings.editors import words
from studio.translation import sentence
from studio.widgets import dialogs, wording

if TYPE_CHECKING:
    from studio.actions import Actions

_SHOWN = 60
"""Characters of a text that are shown."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Upkeep", text)


def take_preset(actions: Actions, path: Path) -> None:
    """Show what a preset would change, and change it once the person agrees."""
    get = actions.settings.get
    try:
        found = presets.read(path)
    except BitLlamaError as error:
        actions.fail(EngineFailure(sentence(error.message)))
        return
    changes = [(setting, value) for setting, value in found if value != get(setting.key)]
    if not changes:
        actions.told.emit(_tr("{file} changes nothing: it is what you have.").format(file=path.name))
        return

    def take() -> None:
        for setting, value in changes:
            actions.settings.set(setting.key, value)
        actions.told.emit(_tr("The preset {file} is in force.").format(file=path.name))

    lines = [f"{words(setting.label)}: {_said(setting, get(setting.key))} → {_said(setting, value)}"
             for setting, value in changes]  # fmt: skip
    title = _tr("Take over the preset {file}?").format(file=path.stem)
    dialogs.ask(actions.window, title, "\n".join(lines), _tr("Take it over"), take)


def _said(setting: Setting, value: Any) -> str:
    """A value as the settings page shows it."""
    if setting.kind == "choice":
        return words(dict(setting.choices)[value])
    if setting.kind == "text":
        return f"“{wording.short(value, _SHOWN)}”" if value else _tr("none")
    if setting.low_text and value == setting.low:
        return words(setting.low_text)
    return wording.decimal(value) if setting.kind == "float" else wording.number(value)
