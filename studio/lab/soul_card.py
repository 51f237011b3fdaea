"""The soul that is awake, its timeline, and what can be done with either."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton

from studio import theme
from studio.actions import Actions
from studio.lab import timeline_words
from studio.lab.blend_dialog import BlendDialog
from studio.lab.compare_dialog import CompareDialog
from studio.lab.soul_verbs import SoulVerbs
from studio.lab.timeline_view import TimelineArea
from studio.protocol import TimelineEntry
from studio.translation import sentence
from studio.widgets import wording
from studio.widgets.controls import Card, Elided, button, label, prose, set_locked
from studio.widgets.painted import dress


class SoulCard(Card):
    """Its title is a list of the souls; under the picture stands what is chosen in it."""

    forget_wanted = Signal(object)
    """Forget what was lived between this `TimelineEntry` and the one that it grew from."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.verbs = SoulVerbs(self, actions)
        self.title.hide()
        self.picker = button("", "name")
        self.picker.clicked.connect(self.open_souls)
        self.detail = Elided(role="muted")
        self.undo_button = button(self.tr("Undo"))
        self.undo_button.clicked.connect(self.verbs.undo)
        self.keep_button = button(self.tr("Keep this moment…"))
        self.keep_button.clicked.connect(self.verbs.keep)
        self.more = button("", "quiet", self.tr("More about the soul"))
        self.more.clicked.connect(self.open_more)
        self.head.addWidget(self.picker)
        self.head.addWidget(self.detail, 1)
        for control in (self.undo_button, self.keep_button, self.more):
            self.head.addWidget(control)
        self.area = TimelineArea()
        self.view = self.area.view
        self.empty = prose()
        self.chosen_title = label(role="title")
        self.chosen_facts = Elided(role="small")
        self.chosen_note = Elided(role="small")
        self.restore_button = button(self.tr("Go back to it"))
        self.compare_button = button(self.tr("Compare…"))
        self.blend_button = button(self.tr("Blend…"))
        self.branch_button = button(self.tr("Branch…"))
        self.pin_button = button(self.tr("Pin"))
        self.entry_more = button("", "quiet", self.tr("More about this entry"))
        self.restore_button.clicked.connect(lambda: self._on_chosen(self.verbs.restore))
        self.compare_button.clicked.connect(self.compare)
        self.blend_button.clicked.connect(self.blend)
        self.branch_button.clicked.connect(lambda: self.verbs.branch(self.chosen))
        self.pin_button.clicked.connect(lambda: self._on_chosen(self.verbs.pin))
        self.entry_more.clicked.connect(self.open_entry)
        row = self._row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.chosen_title)
        row.addWidget(self.chosen_facts, 1)
        for control in self._entry_controls():
            row.addWidget(control)
        self.column.addWidget(self.area)
        self.column.addWidget(self.empty)
        self.column.addLayout(row)
        self.column.addWidget(self.chosen_note)
        self.view.chosen.connect(self._show_chosen)
        actions.session.timeline_moved.connect(self._redraw)
        actions.session.changed.connect(self.refresh)
        self._redraw()
        self._dress()

    @property
    def chosen(self) -> TimelineEntry | None:
        """The entry that is chosen; None for the soul as it lives."""
        timeline = self._actions.session.timeline
        return timeline.moment(self.view.selected) if timeline else None

    def _redraw(self) -> None:
        self.area.show_timeline(self._actions.session.timeline)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's state."""
        session, soul, body = self._actions.session, self._actions.session.soul, self._actions.session.model
        timeline, locked = session.timeline, session.why_silent()
        self.picker.setText(session.soul_words)
        self.picker.setAccessibleName(self.tr("Soul: {name}").format(name=session.soul_words))
        set_locked(self.picker, locked, self.tr("The souls of this model"))
        undo = (
            self.tr("Go back to before: {event}").format(event=timeline_words.event(timeline.undo)) if timeline else ""
        )
        nothing = "" if timeline and timeline.undo else self.tr("Nothing has happened that could be undone.")
        set_locked(self.undo_button, locked or nothing, undo)
        set_locked(self.keep_button, locked, self.tr("Make the soul of now an entry of the timeline"))
        set_locked(self.more, locked, self.tr("Name, files, a fresh soul"))
        there = soul is not None and body is not None
        self.area.setVisible(there)
        self.empty.setVisible(not there or self._few())
        self.empty.set_plain(self._explanation(there))
        if soul is None or body is None:
            self.detail.setText(self.tr("lives in a model that is not loaded"))
        else:
            size = f" · {wording.size(soul.file_bytes)}" if soul.file_bytes else ""
            lives = self.tr("lives in {model}").format(model=body.name)
            self.detail.setText(f"{lives}{size} · {wording.tokens(soul.level)}")
        self._show_chosen()

    def _few(self) -> bool:
        timeline = self._actions.session.timeline
        return timeline is None or not timeline.moments

    def _explanation(self, there: bool) -> str:
        timeline = self._actions.session.timeline
        if there and timeline is not None and timeline.problem:
            return sentence(timeline.problem)
        text = self.tr("A soul is what a model has lived: its fast weights, changed a little by every token.")
        if there:
            text += " " + self.tr("Each sleep, and each moment that you keep, becomes a point here to go back to.")
        return text

    def _show_chosen(self) -> None:
        session, moment = self._actions.session, self.chosen
        there = session.soul is not None
        locked = session.why_silent()
        for part in (self.chosen_title, self.chosen_facts, *self._entry_controls()):
            part.setVisible(there)
        noted = " · ".join(filter(None, [moment.note, timeline_words.why(moment, session.timeline)])) if moment else ""
        self.chosen_note.setText(noted)
        self.chosen_note.setVisible(there and bool(noted))
        if session.soul is None:
            return
        if moment is None:
            self.chosen_title.setText(self.tr("Now"))
            self.chosen_facts.setText(self._since())
            here = self.tr("This is the soul as it lives.")
            set_locked(self.restore_button, locked or here)
            set_locked(self.pin_button, locked or self.tr("Keep this moment first."))
            set_locked(self.entry_more, locked or self.tr("Keep this moment first."))
            self.pin_button.setText(self.tr("Pin"))
        else:
            self.chosen_title.setText(timeline_words.title(moment))
            self.chosen_facts.setText(timeline_words.facts(moment))
            other, timeline = self._belongs_elsewhere(moment), session.timeline
            is_now = timeline is not None and moment.id == timeline.now and not timeline.lives_on
            here = self.tr("This is the soul as it lives.") if is_now else ""
            hint = self.tr("Go on from here; the soul of now is kept")
            set_locked(self.restore_button, locked or other or here, hint)
            set_locked(self.pin_button, locked or other, self.tr("A pinned entry is kept for good"))
            set_locked(self.entry_more, locked or other, self.tr("Name, note, copy, delete"))
            self.pin_button.setText(self.tr("Unpin") if moment.pinned else self.tr("Pin"))
        elsewhere = self._belongs_elsewhere(moment) if moment else ""
        few = (
            "" if session.timeline and session.timeline.moments else self.tr("There is nothing to compare it with yet.")
        )
        set_locked(self.compare_button, locked or few, self.tr("Where two souls differ, and what both answer"))
        alone = "" if self._others() else self.tr("There is nothing to blend it with yet.")
        set_locked(self.blend_button, locked or alone, self.tr("Go on as the mean of the soul of now and another one"))
        set_locked(self.branch_button, locked or elsewhere, self.tr("Begin another soul from here"))

    def _entry_controls(self) -> tuple[QPushButton, ...]:
        return (
            self.restore_button,
            self.compare_button,
            self.blend_button,
            self.branch_button,
            self.pin_button,
            self.entry_more,
        )

    def _since(self) -> str:
        session = self._actions.session
        level, timeline = session.soul.level if session.soul else 0, session.timeline
        last = timeline.moment(timeline.now) if timeline else None
        if last is None:
            return self.tr("{tokens} lived, nothing kept yet").format(tokens=wording.tokens(level))
        new = wording.tokens(max(0, level - last.level))
        return self.tr("{tokens} lived, {new} since it was kept last").format(tokens=wording.tokens(level), new=new)

    def compare(self) -> CompareDialog:
        """Put the chosen entry beside the soul of now; where it is that, the one that it grew from."""
        dialog = CompareDialog(self.window(), self._actions, self._to_compare())
        dialog.open()
        return dialog

    def blend(self) -> BlendDialog:
        """Ask what shall be blended into the soul of now: the chosen entry, or another one."""
        dialog = BlendDialog(self.window(), self._actions, self.view.selected)
        dialog.open()
        return dialog

    def _others(self) -> bool:
        """Whether there is another soul than the one of now."""
        timeline = self._actions.session.timeline
        if timeline is None:
            return False
        kept = len(timeline.moments) - (not timeline.lives_on and timeline.moment(timeline.now) is not None)
        return kept > 0 or len(timeline.souls) > 1

    def _to_compare(self) -> str:
        moment, timeline = self.chosen, self._actions.session.timeline
        if timeline is None or not timeline.moments:
            return ""
        first = moment.id if moment else timeline.now or timeline.moments[-1].id
        if first == timeline.now and not timeline.lives_on:
            last = timeline.moment(first)
            return (last.grew_from if last else "") or first
        return first

    def _belongs_elsewhere(self, moment: TimelineEntry) -> str:
        timeline = self._actions.session.timeline
        if timeline is None or moment.soul == timeline.soul:
            return ""
        name = next((mate.name for mate in timeline.souls if mate.key == moment.soul), moment.soul)
        return self.tr("Another soul ({name}) has lived this. Wake it first.").format(name=timeline_words.called(name))

    def _on_chosen(self, verb: Callable[[TimelineEntry], None]) -> None:
        if (moment := self.chosen) is not None:
            verb(moment)

    # Menus

    def open_souls(self) -> QMenu:
        """The souls of this model; the one that is awake is marked."""
        menu, timeline = self._menu(), self._actions.session.timeline
        for mate in timeline.souls if timeline else ():
            action = menu.addAction(timeline_words.called(mate.name), partial(self.verbs.wake, mate.name))
            action.setCheckable(True)
            action.setChecked(mate.awake)
            action.setEnabled(not mate.awake)
            action.setToolTip(self.tr("It is awake.") if mate.awake else self.tr("Wake it; the one of now is kept"))
        menu.addSeparator()
        menu.addAction(self.tr("Begin another soul…"), lambda: self.verbs.branch(None))
        return self._pop_up(menu, self.picker)

    def open_more(self) -> QMenu:
        """What can be done with the soul as a whole."""
        menu = self._menu()
        menu.addAction(self.tr("Name…"), self.verbs.rename_soul)
        menu.addSeparator()
        menu.addAction(self.tr("Save a copy…"), self._actions.choose_where_to_save)
        menu.addAction(self.tr("Load a soul…"), self._actions.choose_soul)
        menu.addSeparator()
        menu.addAction(self.tr("Begin afresh…"), self._actions.reset_soul)
        return self._pop_up(menu, self.more)

    def open_entry(self) -> QMenu | None:
        """What can be done with the chosen entry."""
        moment = self.chosen
        if moment is None:
            return None
        menu = self._menu()
        menu.addAction(self.tr("Name…"), partial(self.verbs.name, moment))
        menu.addAction(self.tr("Note…"), partial(self.verbs.note, moment))
        menu.addAction(self.tr("Save a copy…"), partial(self.verbs.copy, moment))
        menu.addAction(self.tr("Forget what it lived here…"), partial(self.forget_wanted.emit, moment))
        menu.addSeparator()
        delete = menu.addAction(self.tr("Delete…"), partial(self.verbs.delete, moment))
        delete.setEnabled(not moment.pinned)
        delete.setToolTip(self.tr("It is pinned; unpin it first.") if moment.pinned else "")
        return self._pop_up(menu, self.entry_more)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _pop_up(self, menu: QMenu, under: QPushButton) -> QMenu:
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 4)))
        return menu

    def _dress(self) -> None:
        dress(self.picker, "down", "muted")
        dress(self.more, "more", "muted")
        dress(self.entry_more, "more", "muted")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "entry_more"):
            self._dress()
