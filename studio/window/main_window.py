"""The frame: header, the three tabs, footer; keys that hold everywhere; dropping and closing."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from engine.errors import BitLlamaError, ConfigError
from studio import theme, translation
from studio.actions import Actions
from studio.chat.chat_files import ChatFiles
from studio.chat.conversations import Conversations
from studio.chat.page import ChatPage
from studio.lab.catalogue import ModelCatalogue
from studio.lab.page import TRAINING, LabPage
from studio.protocol import EngineFailure
from studio.session import Busy, Session
from studio.settings.help import KEYS, KeysCard, show_keys
from studio.settings.page import SettingsPage
from studio.settings.presets import PresetCard, take_preset
from studio.settings.privacy import PrivacyCard, ask_to_delete, delete_all
from studio.settings.store import Settings
from studio.training import TrainingRun
from studio.widgets import dialogs, style
from studio.window.footer import Footer
from studio.window.header import Header
from studio.window.opening import DropVeil, dropped_path, is_corpus, kind_of

LAB, CHAT, SETTINGS = range(3)


class MainWindow(QMainWindow):
    """The one window of the Studio."""

    defect_met = Signal(str)
    """A defect was told; its traceback."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        self.language_problem = translation.apply(settings.get("language"))
        """Why the window does not speak the language of the settings; empty where it does."""
        self.verbs = Actions(self, session, settings)
        self.talk = Conversations(session, settings, self.verbs.start, self)
        self.chat_files = ChatFiles(self.verbs, self.talk)
        self.catalogue = ModelCatalogue(self.verbs, self)
        self.setAcceptDrops(True)
        self.setMinimumSize(*theme.MINIMUM_SIZE)
        self.resize(1280, 800)
        self._furnish()
        settings.changed.connect(self._setting_changed)
        settings.problem.connect(self._tell_problem)
        self.talk.meta.problem.connect(self._tell_problem)
        self.talk.drafts.problem.connect(self._tell_problem)
        self.verbs.report_wanted.connect(self._show_report)
        session.training.trained.connect(self._tell_trained)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)
        self._keys()
        self._may_close = self._deleting = False
        style.apply(settings.get("theme"), settings.get("font_size"))  # once, over the finished window
        self.show_tab(CHAT)

    def _furnish(self) -> None:
        """Make everything that is seen, in the language in force; what it shows lives elsewhere."""
        self.header = Header(self.verbs)
        self.lab = LabPage(self.verbs, self.talk, self.catalogue)
        self.chat = ChatPage(self.verbs, self.talk, self.chat_files)
        presets, privacy = PresetCard(self.settings), PrivacyCard(self.session)
        presets.chosen.connect(self.open_path)
        presets.failed.connect(self.verbs.fail)
        presets.told.connect(self.verbs.told)
        privacy.delete_wanted.connect(self.ask_to_delete)
        self.settings_page = SettingsPage(self.settings, (presets, KeysCard(), privacy))
        self.footer = Footer(self.verbs)
        self.pages = QStackedWidget()
        for page in (self.lab, self.chat, self.settings_page):
            self.pages.addWidget(page)
        frame = self._frame = QWidget()
        frame.setObjectName("page")
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.pages, 1)
        column.addWidget(self.footer)
        self.setCentralWidget(frame)  # the former one is deleted
        self.veil = DropVeil(self, self.verbs, self.trains)
        self.veil.setGeometry(self.rect())
        self.setWindowTitle(self.tr("Bit-Llama Studio"))
        self.header.tabs.chosen.connect(self._show_tab)
        self.footer.keys.clicked.connect(self.show_keys)
        self.chat.inspector.change.clicked.connect(lambda: self.show_tab(SETTINGS))

    def _change_language(self) -> None:
        """Make the window anew in another language; where one was and what was typed stays."""
        tab, view = self.pages.currentIndex(), self.lab.views.checkedId()
        place = self.settings_page.area.verticalScrollBar().value()
        self.language_problem = translation.apply(self.settings.get("language"))
        if self.language_problem:
            self._tell_problem(translation.sentence(self.language_problem))
        self.veil.deleteLater()
        self._furnish()
        self.lab.show_view(view)
        self.show_tab(tab)
        self.settings_page.editors["language"].take_focus()
        bar = self.settings_page.area.verticalScrollBar()
        QTimer.singleShot(0, bar, lambda: bar.setValue(place))  # once the page has its size

    def _tell_trained(self, run: TrainingRun) -> None:
        text = self.tr("{name} is trained: {file} is at hand in Model Lab.")
        self.verbs.told.emit(text.format(name=run.name, file=run.model.name))

    def _tell_problem(self, sentence: str) -> None:
        self.verbs.fail(EngineFailure(sentence))

    def _keys(self) -> None:
        verbs = {
            "Ctrl+N": self.new_chat,
            "Ctrl+Shift+N": self.new_folder,
            "Ctrl+F": self.search,
            "Esc": self.stop,
            "Ctrl+Shift+S": self.verbs.sleep_or_wake,
            "Ctrl+O": self.verbs.choose_model,
            "Ctrl+1": lambda: self.show_tab(LAB),
            "Ctrl+2": lambda: self.show_tab(CHAT),
            "Ctrl+3": lambda: self.show_tab(SETTINGS),
            "Ctrl++": lambda: self.zoom(1),
            "Ctrl+-": lambda: self.zoom(-1),
            "Ctrl+0": lambda: self.settings.reset("font_size"),
            "Ctrl+Q": self.close,
            "F1": self.show_keys,
        }
        for keys, _ in KEYS:
            for key in keys:
                QShortcut(QKeySequence(key), self).activated.connect(verbs[keys[0]])

    def show_keys(self) -> None:
        """List the keys."""
        show_keys(self)

    def come_forward(self, files: list[Path]) -> None:
        """The Studio was started again: show this window, and open what that one was to open."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)
        for path in sorted(files, key=lambda path: kind_of(path) != "model")[:1]:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open whatever a path is: a model or a soul, or a text for what is shown."""
        kind = kind_of(path)
        if self.trains(path):
            self.lab.train.verbs.take(path)
        elif kind == "soul":
            self.verbs.load_soul(path)
        elif kind in ("chats", "text"):
            self.chat_files.take_in(path)
        elif kind == "preset":
            try:
                take_preset(self, self.settings, path, self.verbs.told.emit)
            except EngineFailure as failure:
                self.verbs.fail(failure)
        elif kind == "model":
            self.verbs.open_model(path)
        else:
            kinds = self.tr(
                "{path} is nothing that the Studio opens. It opens models (.gguf, .bitt, a Hugging Face folder), "
                "souls (.soul), chats (.md, .json, .jsonl), texts to learn (.txt) and presets (.preset)."
            )
            self.verbs.fail(EngineFailure(kinds.format(path=path)))

    def trains(self, path: Path) -> bool:
        """Whether a path, opened now, is a text to train on: training is shown, and it is nothing that is loaded."""
        shown = self.pages.currentIndex() == LAB and self.lab.views.checkedId() == TRAINING
        return shown and is_corpus(path)

    def show_tab(self, number: int) -> None:
        """Show `LAB`, `CHAT` or `SETTINGS`."""
        self.header.tabs.choose(number)
        self._show_tab(number)

    def show_training(self) -> None:
        """Show where models are trained."""
        self.show_tab(LAB)
        self.lab.show_view(TRAINING)

    def _show_report(self) -> None:
        self.show_tab(LAB)
        self.lab.show_view(1)

    def new_chat(self) -> None:
        """Begin another conversation, ready to type."""
        self.show_tab(CHAT)
        self.chat.new_chat()

    def new_folder(self) -> None:
        """Make a folder for conversations, ready to be named."""
        self.show_tab(CHAT)
        self.chat.conversations.new_folder()

    def search(self) -> None:
        """Look for words in all that was said."""
        self.show_tab(CHAT)
        self.chat.search()

    def stop(self) -> None:
        """End the reply under way; a sleep is ended by its own button only."""
        if self.session.busy in (Busy.REPLYING, Busy.WITHOUT_SOUL):
            self.session.stop()
        else:
            self.chat.leave_edit()

    def zoom(self, steps: int) -> None:
        """Make all text larger or smaller, within the bounds of the setting."""
        try:
            self.settings.set("font_size", self.settings.get("font_size") + steps)
        except ConfigError:
            return  # as large or as small as it gets

    def _show_tab(self, number: int) -> None:
        self.pages.setCurrentIndex(number)
        self._frame.setFocus()
        if number == CHAT:
            self.chat.composer.draft.setFocus()

    def show_defect(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """`sys.excepthook` while the window is there: a defect is told, with what a report of it needs."""
        details = "".join(traceback.format_exception(kind, error, trace))
        self.defect_met.emit(details)
        if sys.stderr is not None:
            sys.stderr.write(details)
        sentence = self.tr("Something unexpected went wrong ({what}). Nothing that was saved is lost.")
        self.verbs.fail(EngineFailure(sentence.format(what=f"{kind.__name__}: {error}"), details))

    def _setting_changed(self, key: str) -> None:
        if key == "language":
            QTimer.singleShot(0, self, self._change_language)  # not while the control that changed it still acts
        elif key in ("theme", "font_size"):
            style.apply(self.settings.get("theme"), self.settings.get("font_size"))
        elif key in ("device", "threads") and self.session.model is not None:
            self.verbs.told.emit(self.tr("Takes effect when a model is loaded next."))

    def _scheme_changed(self) -> None:
        choice = self.settings.get("theme")
        if choice == "auto" and style.resolve(choice) is not style.tokens():
            style.apply(choice, self.settings.get("font_size"))

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            self.veil.offer(dropped_path(event.mimeData()))
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_path(event.mimeData())
        possible = self.veil.offer(path)
        self.veil.hide()
        if path is not None and possible:
            event.acceptProposedAction()
            self.open_path(path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.veil.setGeometry(self.rect())

    # Closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing is always safe: what is under way is stopped and the soul saved before the window goes."""
        self.settings.write()
        self.talk.drafts.write()
        if self._may_close:
            event.accept()
            return
        event.ignore()
        if self.session.busy is not Busy.CLOSING and not self._deleting:
            self.verbs.start(self._close())

    def ask_to_delete(self) -> None:
        """Ask, then delete everything that is kept of the person."""
        ask_to_delete(self, self.delete_everything)

    def delete_everything(self) -> None:
        """Delete everything; the window, which closes by that, is not closed before it is done."""
        if self.session.busy is not Busy.CLOSING and not self._deleting:
            self._deleting = True
            self.verbs.start(self._delete_everything())

    async def _delete_everything(self) -> None:
        """The end of all that is kept, and of the window."""
        await self.session.close(even_unsaved=True)
        self.settings.discard()
        self.talk.drafts.discard()
        try:
            delete_all(self.session.workspace)
        except BitLlamaError as error:
            notice = dialogs.show_failure(self, EngineFailure(translation.sentence(error.message)))
            notice.finished.connect(self._leave)
            return
        self._leave()

    def _leave(self) -> None:
        self._may_close = True
        self.close()

    async def _close(self, even_unsaved: bool = False) -> None:
        try:
            await self.session.close(even_unsaved)
        except EngineFailure as failure:
            dialogs.ask(
                self,
                self.tr("The soul could not be saved"),
                str(failure),
                self.tr("Close without saving"),
                lambda: self.verbs.start(self._close(even_unsaved=True)),
            )
            return
        self._leave()
