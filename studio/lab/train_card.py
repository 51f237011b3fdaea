"""Setting up a training: which text, from which model, how large, how long; what the check of the text found."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.actions import Actions
from studio.lab import train_words
from studio.lab.catalogue import ModelCatalogue
from studio.lab.train_verbs import TrainVerbs
from studio.protocol import model_name
from studio.settings.declarations import DECLARATIONS
from studio.settings.editors import WheelGuard, words
from studio.training import SIZES, TrainingState
from studio.widgets.controls import (
    Card,
    Elided,
    Facts,
    Picker,
    SegmentedControl,
    button,
    in_line,
    label,
    prose,
    set_locked,
)

_DECLARED = {setting.key: setting for setting in DECLARATIONS}
_SIZES = [value for value, _ in _DECLARED["train_size"].choices]


class TrainCard(Card):
    """The form. Start is possible once the text was checked."""

    def __init__(self, actions: Actions, catalogue: ModelCatalogue) -> None:
        super().__init__()
        self.title.setText(self.tr("Train a model"))
        self._actions, self._trainer, self._catalogue = actions, actions.session.training, catalogue
        self.verbs = TrainVerbs(self, actions)
        self._guard = WheelGuard(self)
        self._fields()
        self._lay_out()
        self._trainer.changed.connect(self.refresh)
        self._trainer.moved.connect(self._show_progress)
        actions.session.changed.connect(self._fill_begin)
        catalogue.changed.connect(self._fill_begin)
        actions.settings.changed.connect(self._setting_changed)
        self.refresh()

    def _fields(self) -> None:
        get, put = self._actions.settings.get, self._actions.settings.set
        self.text = Elided()
        self.file_button = button(self.tr("File…"), name=self.tr("Choose a text file"))
        self.file_button.clicked.connect(self.verbs.choose_file)
        self.folder_button = button(self.tr("Folder…"), name=self.tr("Choose a folder of texts"))
        self.folder_button.clicked.connect(self.verbs.choose_folder)
        self.begin = Picker()
        self.begin.setAccessibleName(self.tr("Begin with"))
        self.begin.view().setAccessibleName(self.tr("Begin with"))
        self.begin.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.begin.setMinimumContentsLength(12)
        self.begin.activated.connect(self._begin_chosen)
        self.size_choice = SegmentedControl(
            [words(text) for _, text in _DECLARED["train_size"].choices], self.tr("Size")
        )
        self.size_choice.choose(_SIZES.index(get("train_size")))
        self.size_choice.chosen.connect(lambda number: put("train_size", _SIZES[number]))
        self.steps = QSpinBox()
        declared = _DECLARED["train_steps"]
        self.steps.setRange(int(declared.low), int(declared.high))
        self.steps.setSingleStep(int(declared.step))
        self.steps.setGroupSeparatorShown(True)
        self.steps.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.steps.setKeyboardTracking(False)
        self.steps.setAccessibleName(self.tr("Steps"))
        self.steps.setValue(get("train_steps"))
        self.steps.valueChanged.connect(lambda value: put("train_steps", value))
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name"))
        self.name.setMaxLength(60)
        self.name.textEdited.connect(self._rename)
        for field in (self.begin, self.steps):
            field.installEventFilter(self._guard)

    def _lay_out(self) -> None:
        self._grid = grid = QGridLayout()
        grid.setHorizontalSpacing(theme.GAP_L)
        grid.setVerticalSpacing(theme.GAP_S)
        grid.setColumnStretch(1, 1)
        source, ways = QVBoxLayout(), QHBoxLayout()
        ways.setSpacing(theme.GAP_S)
        ways.addWidget(self.file_button)
        ways.addWidget(self.folder_button)
        ways.addStretch(1)
        source.setSpacing(theme.GAP_S)
        source.addWidget(self.text)
        source.addLayout(ways)
        size = QHBoxLayout()
        size.addWidget(self.size_choice)
        size.addStretch(1)
        rows: list[tuple[str, QWidget | QLayout]] = [
            (self.tr("Text"), source), (self.tr("Begin with"), self.begin), (self.tr("Size"), size),
            (self.tr("Steps"), self.steps), (self.tr("Name"), self.name),
        ]  # fmt: skip
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, (name, field) in enumerate(rows):
            grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop if field is source else middle)
            if isinstance(field, QWidget):
                grid.addWidget(field, row, 1)
            else:
                grid.addLayout(field, row, 1)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the check has come"))
        self.state, self.note = prose(), prose()
        self.problem = label(role="problem", wrap=True)
        self.facts = Facts()
        self.start_button = button(self.tr("Start training"), "primary")
        self.start_button.clicked.connect(lambda: self.verbs.start(self.name.text()))
        self.stop_button = button(self.tr("Stop the check"))
        self.stop_button.clicked.connect(self.verbs.stop)
        self.again_button = button(self.tr("Check again"))
        self.again_button.clicked.connect(self._check_again)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP_S)
        for control in (self.start_button, self.stop_button, self.again_button):
            foot.addWidget(control)
        foot.addStretch(1)
        self.column.addLayout(grid)
        rule = QFrame()
        rule.setObjectName("rule")
        self.column.addSpacing(theme.GAP_XS)
        self.column.addWidget(rule)
        self.column.addSpacing(theme.GAP_XS)
        for part in (self.bar, self.state, self.problem, self.facts):
            self.column.addWidget(part)
        self.column.addLayout(foot)
        self.column.addWidget(self.note)
        self.column.addStretch(1)
        self.note.set_plain(
            self.tr(
                "It trains in a process of its own at low priority, and you can go on chatting. What comes out is "
                "another model: souls do not fit it, and a small one that read little writes in the manner of the "
                "text, no more."
            )
        )

    def refresh(self) -> None:
        """Show what is being set up."""
        trainer, draft = self._trainer, self._trainer.draft
        checking = trainer.state is TrainingState.CHECKING
        busy = trainer.why_busy()
        self.text.setText(draft.source.name if draft.source else self.tr("none yet"))
        self.text.setToolTip(str(draft.source or ""))
        if self.name.text() != draft.name:
            self.name.setText(draft.name)
        self._fill_begin()
        for control, hint in (
            (self.file_button, self.tr("A text (.txt) or dialogues (.jsonl); a drop on this page does too")),
            (self.folder_button, self.tr("All texts and dialogues in a folder and the folders in it")),
            (self.begin, self.tr("A new model knows nothing yet; one at hand goes on, and keeps its size")),
        ):
            set_locked(control, busy, hint)
        sized = self.tr("The model that it begins with has its size.") if draft.begin else ""
        set_locked(self.size_choice, sized)
        self.bar.setVisible(checking)
        self.stop_button.setVisible(checking)
        self.start_button.setVisible(not checking)
        self.again_button.setVisible(not checking and draft.source is not None and draft.checked is None)
        set_locked(self.again_button, busy)
        self.problem.setText(draft.problem)
        self.problem.setVisible(bool(draft.problem))
        self.facts.setVisible(draft.checked is not None)
        self._show_progress()
        self._show_check()

    def _fill_begin(self) -> None:
        body = self._actions.session.model
        loaded = [body.path] if body is not None and not body.bits_per_weight else []
        paths = [str(path) for path in [*loaded, *self._catalogue.trainable]]
        wanted = ["", *dict.fromkeys(paths)]
        if wanted != [self.begin.itemData(row) for row in range(self.begin.count())]:
            self.begin.clear()
            for path in wanted:
                here = body is not None and path == str(body.path)
                name = model_name(Path(path))
                self.begin.addItem(
                    (self.tr("{model} (loaded)").format(model=name) if here else name)
                    if path
                    else self.tr("A new model"),
                    path,
                )
                self.begin.setItemData(self.begin.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        self.begin.setCurrentIndex(max(0, self.begin.findData(self._trainer.draft.begin)))

    def _show_progress(self) -> None:
        draft = self._trainer.draft
        if self._trainer.state is TrainingState.CHECKING:
            self.bar.setValue(round(100 * draft.done))
            self.state.set_plain(train_words.checking(draft.doing, draft.done))
        elif draft.source is None:
            self.state.set_plain(
                self.tr(
                    "Choose a text (.txt), dialogues (.jsonl) or a folder of them, or drop one on this page. It is "
                    "checked first: every line, and whether there is enough."
                )
            )
        elif draft.checked is None:
            self.state.set_plain(self.tr("The text was not checked to its end.") if not draft.problem else "")
        else:
            self.state.set_plain("")
        self.state.setVisible(bool(self.state.plain))

    def _show_check(self) -> None:
        draft, size = self._trainer.draft, SIZES[_SIZES[self.size_choice.current]]
        why = self._trainer.why_busy()
        if draft.checked is None:
            why = why or self.tr("Choose a text first; it is checked before anything is trained on it.")
        else:
            found = draft.checked
            self.facts.set(self.tr("Found"), train_words.found(found))
            self.facts.set(self.tr("To learn"), train_words.parts(found))
            self.facts.set(self.tr("Pace"), train_words.pace(found, size, self.steps.value()))
            new = train_words.new_model(found, size)
            self.facts.set(self.tr("Model"), self.tr("as large as the one it begins with") if draft.begin else new)
            in_line(self._grid, self.facts.column)
            if not found.is_enough(size.context):
                why = train_words.too_little(found, size)
                self.problem.setText(why)
                self.problem.setVisible(True)
        if not self.name.text().strip():
            why = why or self.tr("Give it a name first.")
        set_locked(self.start_button, why, self.tr("A new process trains; this window stays free"))

    def _setting_changed(self, key: str) -> None:
        if key == "train_size":
            self.size_choice.choose(_SIZES.index(self._actions.settings.get(key)))
        elif key == "train_steps":
            self.steps.setValue(self._actions.settings.get(key))
        if key in ("train_size", "train_steps"):
            self.refresh()

    def _begin_chosen(self) -> None:
        begin = self.begin.currentData()
        if begin != self._trainer.draft.begin:
            self.verbs.set_up(self._trainer.draft.source, begin)

    def _check_again(self) -> None:
        self.verbs.set_up(self._trainer.draft.source, self._trainer.draft.begin)

    def _rename(self, name: str) -> None:
        self._trainer.draft.name = name
        self._show_check()
