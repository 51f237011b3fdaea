"""What can be done with souls and their timelines: one method for each verb."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.actions import Actions
from studio.lab import timeline_words
from studio.protocol import (
    BranchSoul,
    DeleteEntry,
    DescribeEntry,
    ExportEntry,
    KeepSoul,
    RenameSoul,
    RestoreEntry,
    TimelineEntry,
    UndoLastEvent,
    WakeSoul,
)
from studio.widgets import dialogs
from studio.widgets.dialogs import AskWords, ask_words


class SoulVerbs(QObject):
    """Each asks for what it needs, does it, and says so. Where it must not be done now, its control is off."""

    def __init__(self, window: QWidget, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._actions, self._session = window, actions, actions.session

    def undo(self) -> None:
        """Go back to before the last event that changed the soul."""
        self._actions.start(self._undo())

    async def _undo(self) -> None:
        await self._session.call(UndoLastEvent())
        self._actions.told.emit(self.tr("Undone. Undo again takes that back."))

    def keep(self) -> None:
        """Ask for a note and keep the soul as it is."""
        ask_words(
            self._window,
            self.tr("Keep this moment"),
            self.tr("The soul as it is now becomes an entry of its timeline, to which you can always go back."),
            (self.tr("Keep"), lambda note: self._actions.start(self._keep(note))),
            needed=False,
        )

    async def _keep(self, note: str) -> None:
        await self._session.call(KeepSoul(note=note))
        self._actions.told.emit(self.tr("Kept in the timeline."))

    def restore(self, moment: TimelineEntry) -> None:
        """Ask, then go on as an entry."""
        dialogs.ask(
            self._window,
            self.tr("Go back to “{name}”?").format(name=timeline_words.title(moment)),
            self.tr("{facts}. It goes on from there, bit for bit. The soul of now stays in the timeline.").format(
                facts=timeline_words.facts(moment)
            ),
            self.tr("Go back"),
            lambda: self._actions.start(self._restore(moment)),
        )

    async def _restore(self, moment: TimelineEntry) -> None:
        await self._session.call(RestoreEntry(moment=moment.id))
        self._actions.told.emit(self.tr("Awake as it was {when}.").format(when=timeline_words.when(moment.when)))

    def branch(self, moment: TimelineEntry | None) -> AskWords:
        """Ask for a name and begin another soul from an entry, or from the soul as it is."""

        def begin(name: str, wake: bool) -> None:
            self._actions.start(self._branch(name, moment, wake))

        return ask_words(
            self._window,
            self.tr("Begin another soul"),
            self.tr("It has lived all that this one had lived there, and goes its own way from then on."),
            (self.tr("Begin it"), lambda name: begin(name, False)),
            (self.tr("Begin it and wake it"), lambda name: begin(name, True)),
        )

    async def _branch(self, name: str, moment: TimelineEntry | None, wake: bool) -> None:
        await self._session.call(BranchSoul(name=name, moment=moment.id if moment else ""))
        if wake:
            await self._wake(name)
        else:
            self._actions.told.emit(self.tr("{name} begins here. Wake it from the list of souls.").format(name=name))

    def wake(self, name: str) -> None:
        """Go on as another soul."""
        self._actions.start(self._wake(name))

    async def _wake(self, name: str) -> None:
        await self._session.call(WakeSoul(name=name))
        self._actions.told.emit(self.tr("{name} is awake.").format(name=name))

    def rename_soul(self) -> None:
        """Ask what the soul shall be called."""
        ask_words(
            self._window,
            self.tr("What is it called?"),
            self.tr("The name of the soul, here and in the chat."),
            (self.tr("Call it so"), lambda name: self._actions.start(self._session.call(RenameSoul(name=name)))),
            words=self._session.soul_name,
        )

    def name(self, moment: TimelineEntry) -> None:
        """Ask for the name of an entry."""
        ask_words(
            self._window,
            self.tr("Name this entry"),
            self.tr("It stands under its point. An entry with a name is never thinned out."),
            (self.tr("Name it"), lambda label: self._describe(moment, label=label)),
            words=moment.label,
            needed=False,
        )

    def note(self, moment: TimelineEntry) -> None:
        """Ask for a note on an entry."""
        ask_words(
            self._window,
            self.tr("A note"),
            self.tr("What you want to remember about this entry. The soul does not read it."),
            (self.tr("Write it down"), lambda note: self._describe(moment, note=note)),
            words=moment.note,
            needed=False,
        )

    def pin(self, moment: TimelineEntry) -> None:
        """Keep an entry for good, or no longer."""
        self._actions.start(self._session.call(DescribeEntry(moment=moment.id, pinned=not moment.pinned)))

    def _describe(self, moment: TimelineEntry, label: str | None = None, note: str | None = None) -> None:
        self._actions.start(self._session.call(DescribeEntry(moment=moment.id, label=label, note=note)))

    def delete(self, moment: TimelineEntry) -> None:
        """Ask, then delete an entry."""
        dialogs.ask(
            self._window,
            self.tr("Delete “{name}”?").format(name=timeline_words.title(moment)),
            self.tr(
                "{facts}. You cannot go back to it any more. The soul that is awake stays as it is; what it has "
                "learned is not forgotten by this."
            ).format(facts=timeline_words.facts(moment)),
            self.tr("Delete"),
            lambda: self._actions.start(self._session.call(DeleteEntry(moment=moment.id))),
        )

    def copy(self, moment: TimelineEntry) -> None:
        """Ask where, then write an entry to a file."""
        dialog = QFileDialog(self._window, self.tr("Save a copy of this entry"), str(Path.home()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Souls (*.soul)"))
        dialog.setDefaultSuffix("soul")
        dialog.selectFile(f"{self._session.soul_name} {moment.id[:8]}.soul")
        dialog.fileSelected.connect(lambda chosen: self._actions.start(self._copy(moment, Path(chosen))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _copy(self, moment: TimelineEntry, path: Path) -> None:
        await self._session.call(ExportEntry(moment=moment.id, path=path))
        self._actions.told.emit(self.tr("Saved a copy as {file}.").format(file=path.name))
