"""The runs: the one under way with its curve, and those of before, which can go on, be opened or deleted."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from studio import theme
from studio.actions import Actions
from studio.lab import train_words
from studio.lab.loss_graph import LossGraph
from studio.lab.train_verbs import TrainVerbs
from studio.settings.declarations import DECLARATIONS
from studio.settings.editors import WheelGuard
from studio.training import TrainingRun, TrainingState
from studio.widgets import wording
from studio.widgets.controls import Card, Facts, Picker, button, label, prose, set_locked

_MOST_STEPS = int(next(setting.high for setting in DECLARATIONS if setting.key == "train_steps"))


class RunCard(Card):
    """Shows one run; the newest, or the one under way, until another is chosen."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.title.setText(self.tr("Runs"))
        self._actions, self._trainer = actions, actions.session.training
        self.verbs = TrainVerbs(self, actions)
        self._guard = WheelGuard(self)
        self._shown: Path | None = None
        self._under_way: Path | None = None
        self.picker = Picker()
        self.picker.setAccessibleName(self.tr("Run"))
        self.picker.view().setAccessibleName(self.tr("Run"))
        self.picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.picker.setMinimumContentsLength(20)
        self.picker.installEventFilter(self._guard)
        self.picker.activated.connect(self._chosen)
        self.head.addStretch(1)
        self.head.addWidget(self.picker)
        self.empty = prose(
            self.tr("Nothing was trained here yet. While a model learns, its curve is drawn here."), "muted"
        )
        self.column.addWidget(self.empty)
        self.steps = QSpinBox()
        self._furnish()
        self._trainer.changed.connect(self.refresh)
        self._trainer.moved.connect(self._show_curve)
        actions.session.changed.connect(self._lock)
        self.refresh()

    def _furnish(self) -> None:
        self.percent, self.state = label(role="figure"), label(role="small")
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("How far the run has come"))
        self.graph = LossGraph()
        self.advice = prose()
        self.problem = label(role="problem", wrap=True)
        self.facts = Facts()
        self.stop_button = button(self.tr("Stop and save"))
        self.stop_button.clicked.connect(self.verbs.stop)
        self.on_button = button(self.tr("Go on"), "primary")
        self.on_button.clicked.connect(lambda: self.verbs.go_on(self._run(), self.steps.value()))
        self.to = label(self.tr("to step"), "muted")
        self.steps.setRange(1, _MOST_STEPS)
        self.steps.setSingleStep(100)
        self.steps.setGroupSeparatorShown(True)
        self.steps.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.steps.setAccessibleName(self.tr("Go on to this step"))
        self.steps.installEventFilter(self._guard)
        self.steps.valueChanged.connect(self._lock)
        self.open_button = button(self.tr("Open"), name=self.tr("Open the trained model"))
        self.open_button.clicked.connect(lambda: self.verbs.open(self._run()))
        self.copy_button = button(self.tr("Copy command"), "quiet")
        self.copy_button.setToolTip(self.tr("The command line that goes on with it in a terminal"))
        self.copy_button.clicked.connect(lambda: self.verbs.copy_command(self._run()))
        self.delete_button = button(self.tr("Delete…"), "quiet", self.tr("Delete the run"))
        self.delete_button.clicked.connect(lambda: self.verbs.delete(self._run()))
        self._above, self._below = QWidget(), QWidget()
        above, foot, below = QVBoxLayout(self._above), QHBoxLayout(), QVBoxLayout(self._below)
        for column in (above, below):
            column.setContentsMargins(0, 0, 0, 0)
        for row in (above, foot, below):
            row.setSpacing(theme.GAP_S)
        above.addWidget(self.percent)
        above.addWidget(self.state)
        above.addWidget(self.bar)
        for control in (self.stop_button, self.on_button, self.to, self.steps, self.open_button):
            foot.addWidget(control)
        foot.addStretch(1)
        foot.addWidget(self.copy_button)
        foot.addWidget(self.delete_button)
        below.addLayout(foot)
        below.addWidget(self.problem)
        below.addWidget(self.facts)
        self.column.addWidget(self._above)
        self.column.addWidget(self.graph, 1)
        self.column.addWidget(self._below)
        self.column.addWidget(self.advice)

    @property
    def run(self) -> TrainingRun | None:
        """The run that is shown."""
        current = self._trainer.current
        if current is not None and current.folder == self._shown:
            return current
        return next((run for run in self._trainer.runs if run.folder == self._shown), None)

    def _run(self) -> TrainingRun:
        run = self.run
        assert run is not None, "its buttons are only there with a run"
        return run

    def show_run(self, folder: Path) -> None:
        """Show another run."""
        self._shown = folder
        self.refresh()

    def _chosen(self) -> None:
        self.show_run(Path(self.picker.currentData()))

    def refresh(self) -> None:
        """Show what is known of the runs."""
        current, runs = self._trainer.current, self._trainer.runs
        under_way = current.folder if current else None
        if under_way is not None and under_way != self._under_way:
            self._shown = under_way
        self._under_way = under_way
        if self.run is None:
            self._shown = runs[0].folder if runs else None
        names = [(run.name, str(run.folder)) for run in runs]
        if names != [(self.picker.itemText(row), self.picker.itemData(row)) for row in range(self.picker.count())]:
            self.picker.clear()
            for name, folder in names:
                self.picker.addItem(name, folder)
        self.picker.setCurrentIndex(self.picker.findData(str(self._shown)))
        self.picker.setToolTip(self.picker.currentText())
        run = self.run
        self.picker.setVisible(bool(runs))
        self.empty.setVisible(run is None)
        for part in (self._above, self._below):
            part.setVisible(run is not None)
        if run is None:
            self.graph.show_points([], self.steps.value())
            self.advice.set_plain(train_words.meaning())
            return
        busy = self._trainer.is_under_way(run)
        self.stop_button.setVisible(busy and self._trainer.state in (TrainingState.TRAINING, TrainingState.STOPPING))
        stopping = self._trainer.state is TrainingState.STOPPING
        set_locked(
            self.stop_button, self._trainer.why_busy() if stopping else "", self.tr("Finishes its step; go on any time")
        )
        for part in (self.on_button, self.to, self.steps):
            part.setVisible(not busy)
        self.problem.setText(run.problem)
        self.problem.setVisible(bool(run.problem))
        if not busy:
            self.steps.setValue(run.steps)
        self.facts.set(self.tr("Text"), run.source)
        self.facts.set(self.tr("Begun with"), Path(run.begin).name if run.begin else self.tr("a new model"))
        held = "" if busy else f"{wording.size(run.held)} · "
        self.facts.set(self.tr("On the disk"), f"{held}{run.folder}")
        self._show_curve()
        self._lock()

    def _lock(self) -> None:
        run, busy = self.run, self._trainer.why_busy()
        if run is None:
            return
        step = run.step
        at_end = self.tr("It is at step {n}. Set a later step to train it further.").format(n=wording.number(step))
        set_locked(
            self.on_button, busy or (at_end if self.steps.value() <= step else ""), self.tr("From where it was saved")
        )
        set_locked(self.steps, busy)
        untrained = "" if run.checkpoint is not None else self.tr("It was not saved yet.")
        locked = busy or self._actions.session.why_locked() or untrained
        set_locked(
            self.open_button, locked, self.tr("Load the model as it is at step {n}").format(n=wording.number(step))
        )
        model = self._actions.session.model
        inside = model is not None and run.folder in model.path.parents
        loaded = self.tr("Its model is loaded. Let it go first.") if inside else ""
        set_locked(
            self.delete_button,
            (busy if self._trainer.is_under_way(run) else "") or loaded,
            self.tr("With all that it wrote"),
        )

    def _show_curve(self) -> None:
        run = self.run
        if run is None:
            return
        points, busy = run.curve.points, self._trainer.is_under_way(run)
        step = max(run.step, points[-1].step if busy and points else 0)
        share = min(1.0, step / run.steps)
        self.percent.setText(self.tr("{n} %").format(n=int(100 * share)))
        self.bar.setValue(round(1000 * share))
        self.state.setText(self._words(run, step, busy))
        self.graph.show_points(points, run.steps)
        self.advice.set_plain(train_words.advice(run.curve))

    def _words(self, run: TrainingRun, step: int, busy: bool) -> str:
        if busy and self._trainer.state is not TrainingState.TRAINING:
            return self._trainer.why_busy()
        if busy and not run.curve.points:
            return self.tr("It starts: the first steps are being measured…")
        if busy:
            return train_words.state(run, step, run.curve.seconds_left(run.steps), run.curve.tokens_per_second)
        at = train_words.state(run, step, None, 0)
        return (
            self.tr("Finished · {where}").format(where=at)
            if step >= run.steps
            else self.tr("Stopped · {where}").format(where=at)
        )
