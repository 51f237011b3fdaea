"""The models: the one that is loaded, and a card for each that is at hand."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.lab import timeline_words as soul_words
from studio.lab.catalogue import ModelCatalogue
from studio.lab.fetch_row import FetchRow
from studio.lab.model_verbs import ModelVerbs
from studio.protocol import ModelDetails, ModelSummary, model_name
from studio.translation import sentence
from studio.widgets import wording
from studio.widgets.controls import Card, Elided, Facts, button, label, prose, set_locked
from studio.widgets.painted import Dot, dress


class LoadedModelCard(Card):
    """The loaded model."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.verbs = ModelVerbs(self, actions)
        self.facts = Facts()
        self.empty = label(role="muted", wrap=True)
        self.unload_button = button(self.tr("Let it go"))
        self.unload_button.clicked.connect(self.verbs.unload)
        self.open_button = button(self.tr("Open a model…"))
        self.open_button.clicked.connect(actions.choose_model)
        self.head.addStretch(1)
        self.head.addWidget(self.unload_button)
        self.head.addWidget(self.open_button)
        self.column.addWidget(self.empty)
        self.column.addWidget(self.facts)
        actions.session.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's state."""
        session, body = self._actions.session, self._actions.session.model
        locked = session.why_locked()
        set_locked(
            self.open_button,
            locked,
            self.tr("A .gguf or .bitt file, or the config.json of a folder; a drop on the window does too"),
        )
        set_locked(self.unload_button, locked, self.tr("Saves the soul and frees the memory"))
        for part in (self.facts, self.unload_button):
            part.setVisible(body is not None)
        self.empty.setVisible(body is None)
        if body is None:
            self.title.setText(self.tr("No model is loaded"))
            opening = self._actions.opening
            words = self.tr(
                "Open a .gguf or .bitt file, or drop one, or a Hugging Face folder, anywhere on this window."
            )
            if opening is not None:
                words = self.tr("{model} is being loaded…").format(model=model_name(opening))
            self.empty.setText(words)
            return
        self.title.setText(body.name)
        self.facts.set(self.tr("Weights"), f"{wording.parameters(body.parameters)} · {self._stored(body)}")
        self.facts.set(self.tr("Shape"), self._shape(body))
        self.facts.set(self.tr("File"), f"{body.path} · {wording.size(body.file_bytes)}")
        tip = self.tr("Expected for weights and one soul; libraries that came in with the first model count as growth")
        self.facts.set(self.tr("Memory"), self._memory(body.memory_expected, body.memory_measured), tip)
        self.facts.set(self.tr("Runs on"), f"{body.device.upper()} · {body.runtime} · {sentence(body.reason)}")
        self.facts.set(self.tr("Fingerprint"), body.fingerprint[:16], body.fingerprint)

    def _stored(self, body: ModelSummary) -> str:
        if body.bits_per_weight:
            return self.tr("{n} bits a weight").format(n=wording.decimal(body.bits_per_weight, 2))
        if body.packed:
            return self.tr("ternary, at most 2 bits a weight")
        return self.tr("float weights, ternary when used")

    def _shape(self, body: ModelSummary) -> str:
        if not body.bits_per_weight:
            words = self.tr("{layers} layers, {width} wide, {vocab} tokens known, {variant} memory")
        elif body.learns:
            words = self.tr("{layers} layers, {width} wide, {vocab} tokens known; {variant} family, with a memory")
        else:
            words = self.tr(
                "{layers} layers, {width} wide, {vocab} tokens known; {variant} family, without a memory: it learns "
                "nothing"
            )
        vocab = wording.number(body.vocab_size)
        return words.format(layers=body.layers, width=body.hidden_dim, vocab=vocab, variant=body.variant)

    def _memory(self, expected: int, measured: int) -> str:
        told = self.tr("{size} expected").format(size=wording.size(expected))
        if not measured:
            return told
        grew = self.tr("the program grew by {size} while it was loaded").format(size=wording.size(measured))
        return f"{told} · {grew}"


class ModelRow(QFrame):
    """One model: what it is, what is wrong with it, and what can be done."""

    def __init__(self, actions: Actions, catalogue: ModelCatalogue, path: Path) -> None:
        super().__init__()
        self.setObjectName("row")
        self.path = path
        self._actions, self._catalogue = actions, catalogue
        self._verbs = ModelVerbs(self, actions)
        name = model_name(path)
        self.name = label(name, "title")
        self.place = Elided(str(path.parent), "small")
        self.load_button = button(self.tr("Load"), name=self.tr("Load {model}").format(model=name))
        self.convert_button = button(self.tr("Convert…"), name=self.tr("Convert {model}").format(model=name))
        self.more = button("", "quiet", self.tr("All that is known of {model}").format(model=name))
        self.facts, self.who = prose(), prose()
        self.problems = label(role="problem", wrap=True)
        self.load_button.clicked.connect(partial(actions.open_model, path))
        self.convert_button.clicked.connect(partial(self._verbs.choose_target, path))
        self.more.clicked.connect(self._show_or_look)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(Dot("body"))
        head.addWidget(self.name)
        head.addWidget(self.place, 1)
        for control in (self.convert_button, self.load_button, self.more):
            head.addWidget(control)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addWidget(self.facts)
        column.addWidget(self.who)
        column.addWidget(self.problems)
        self.refresh()
        self._dress()

    def refresh(self) -> None:
        """Show what is known of it now."""
        session, card = self._actions.session, self._catalogue.card(self.path)
        locked = session.why_locked()
        here = session.model is not None and session.model.path == self.path
        self.load_button.setText(self.tr("Loaded") if here else self.tr("Load"))
        broken = self.tr("It is broken; see below.") if card is not None and card.problems else ""
        loaded = self.tr("It is loaded.") if here else ""
        set_locked(self.load_button, locked or loaded or broken, str(self.path))
        own = self.tr("A transformer runs from its own file.") if card is not None and card.family else ""
        set_locked(self.convert_button, locked or broken or own, self.tr("Write it as a .bitt, read back and checked"))
        hint = self.tr("All that is known of it") if card else self.tr("Look into it: every weight is read")
        set_locked(self.more, "" if card else locked, hint)
        self.facts.set_plain(self._facts(card))
        self.who.set_plain(self._who(card))
        self.who.setVisible(card is not None and bool(card.fingerprint))
        problems = "\n".join([*map(sentence, card.problems), *self._too_large(card)]) if card else ""
        self.problems.setText(problems)
        self.problems.setVisible(bool(problems))
        self._keep_height()

    def _keep_height(self) -> None:
        """A long list would otherwise take from its first row what Qt reckons too little for the others."""
        column = self.layout()
        if column is not None:
            self.setMinimumHeight(column.minimumHeightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    def _too_large(self, card: ModelDetails) -> list[str]:
        if not 0 < card.machine_memory < card.memory_needed:
            return []
        words = self.tr("It needs about {size} of memory, and this machine has {all}: it would hardly run.")
        return [words.format(size=wording.size(card.memory_needed), all=wording.size(card.machine_memory))]

    def _facts(self, card: ModelDetails | None) -> str:
        if card is None:
            return self.tr("Not looked into yet.")
        parts = [wording.size(card.file_bytes), card.format]
        if card.parameters:
            parts = [
                self.tr("{n} weights").format(n=wording.parameters(card.parameters)),
                self.tr("{layers} layers, {width} wide").format(layers=card.layers, width=card.hidden_dim),
                self.tr("{n} bits a weight").format(n=wording.decimal(card.bits_per_weight, 2)),
                self.tr("{size} on disk").format(size=wording.size(card.file_bytes)),
                self.tr("needs about {size} of memory").format(size=wording.size(card.memory_needed)),
            ]
        return " · ".join(parts)

    def _who(self, card: ModelDetails | None) -> str:
        if card is None:
            return ""
        if card.family:
            return self._who_of_transformer(card)
        words = (
            self.tr("{kind} tokenizer, {n} entries").format(
                kind=card.tokenizer, n=wording.number(card.tokenizer_entries)
            )
            if card.tokenizer
            else self.tr("no tokenizer")
        )
        parts = [words, self.tr("fingerprint {print}").format(print=card.fingerprint[:16])]
        parts.append(self.tr("licence: {name}").format(name=card.licence or self.tr("not stated")))
        souls = ", ".join(map(soul_words.called, card.souls)) if card.souls else self.tr("none yet")
        parts.append(self.tr("souls that fit: {names}").format(names=souls))
        return " · ".join(parts)

    def _who_of_transformer(self, card: ModelDetails) -> str:
        parts = [
            self.tr("{family} family").format(family=card.family),
            self.tr("looks back on up to {tokens}").format(tokens=wording.tokens(card.context)),
            self.tr("licence: {name}").format(name=card.licence or self.tr("not stated")),
        ]
        if not card.memory_file:
            return " · ".join([*parts, self.tr("talks, but learns nothing: it has no memory")])
        souls = ", ".join(map(soul_words.called, card.souls)) if card.souls else self.tr("none yet")
        return " · ".join([*parts, self.tr("learns"), self.tr("souls that fit: {names}").format(names=souls)])

    def _show_or_look(self) -> None:
        card = self._catalogue.card(self.path)
        if card is None:
            self._catalogue.look_into(self.path)
        else:
            self._verbs.show(card)

    def _dress(self) -> None:
        dress(self.more, "more", "muted")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "problems"):
            self._dress()


class ModelsCard(Card):
    """The models at hand: the bundled one, those opened lately, and those in the person's folders."""

    def __init__(self, actions: Actions, catalogue: ModelCatalogue) -> None:
        super().__init__()
        self.title.setText(self.tr("At hand"))
        self._actions = actions
        self.catalogue = catalogue
        self.add_button = button(self.tr("Add a folder…"))
        self.add_button.setToolTip(self.tr("Models in it are listed where they lie; nothing is copied"))
        self.add_button.clicked.connect(self._choose_folder)
        self.head.addStretch(1)
        self.head.addWidget(self.add_button)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP_S)
        self.fetch = FetchRow(actions)
        self.column.addWidget(self.fetch)
        self.column.addLayout(self._list)
        self.empty = label(self.tr("Models that you open, and those in your folders, are listed here."), "muted", True)
        self.column.addWidget(self.empty)
        self.rows: dict[Path, ModelRow] = {}
        actions.session.changed.connect(self.refresh)
        self.catalogue.changed.connect(self.refresh)
        self.refresh()

    @property
    def load_buttons(self) -> dict[Path, QPushButton]:
        """The button of each model."""
        return {path: row.load_button for path, row in self.rows.items()}

    def refresh(self) -> None:
        """Show what is at hand."""
        if list(self.rows) != self.catalogue.paths:
            self._build(self.catalogue.paths)
        for row in self.rows.values():
            row.refresh()
        self.empty.setVisible(not self.rows)

    def _build(self, paths: list[Path]) -> None:
        kept = {path: row for path, row in self.rows.items() if path in paths}
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if isinstance(widget, QWidget) and widget not in kept.values():
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        for path in paths:
            self.rows[path] = kept.get(path) or ModelRow(self._actions, self.catalogue, path)
            self._list.addWidget(self.rows[path])

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Add a folder of models"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._add_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add_folder(self, folder: str) -> None:
        known = self._actions.settings.get("model_folders")
        self._actions.settings.set("model_folders", list(dict.fromkeys([*known, folder])))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.catalogue.shown_in(self)
