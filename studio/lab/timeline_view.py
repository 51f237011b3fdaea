"""The timeline as a picture: a line of points, one for each entry, and the lines that branch off it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QToolTip, QWidget

from studio import theme
from studio.lab import timeline_words
from studio.lab.timeline_layout import TimelineNode, lay_out
from studio.protocol import SoulTimeline
from studio.widgets import style
from studio.widgets.painted import moon_path

_MARGIN, _TOP, _LANE, _BOTTOM = 30, 30, 46, 34
_WIDEST, _NARROWEST = 80, 44
"""Room for one entry: as much as there is, within these."""
_RADIUS, _SMALL, _HALO = 6.0, 4.0, 17.0
_NAME_ROOM = 150
"""Right of the last point, for the name of a branch."""


class TimelineView(QWidget):
    """Choose an entry with a click or the arrow keys.

    Signals:
        chosen: another entry, by its id (`studio.lab.timeline_layout.NOW` for the soul as it lives).
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Timeline of the soul"))
        self.setMouseTracking(True)
        self.setObjectName("inner")
        self.nodes: tuple[TimelineNode, ...] = ()
        self._names: dict[str, str] = {}
        self._soul = ""
        self._selected = ""
        self._room = 0

    @property
    def selected(self) -> str:
        """The id of the chosen node, "" where there is none."""
        return self._selected

    def show_timeline(self, timeline: SoulTimeline | None) -> None:
        """Show a timeline; the choice stays with its entry, or with the soul of now where it was that."""
        was = self._find(self._selected)
        self.nodes = lay_out(timeline) if timeline else ()
        self._names = {mate.key: mate.name for mate in timeline.souls} if timeline else {}
        self._soul = timeline.soul if timeline else ""
        if was is None or was.is_now or self._find(self._selected) is None:
            self._selected = next((node.id for node in self.nodes if node.is_now), "")
        self._tell()
        self._fit()
        self.update()

    def choose(self, node_id: str) -> None:
        """Choose an entry."""
        if self._find(node_id) is not None and node_id != self._selected:
            self._selected = node_id
            self._tell()
            self.update()
            self.chosen.emit(node_id)

    def place(self, node_id: str) -> QPoint:
        """Where an entry stands."""
        node = self._find(node_id)
        if node is None:
            raise KeyError(node_id)
        return self._point(node).toPoint()

    def set_room(self, width: int) -> None:
        """How wide the picture may be before it scrolls."""
        self._room = width
        self._fit()

    def sizeHint(self) -> QSize:
        columns = max((node.column for node in self.nodes), default=0)
        lanes = max((node.lane for node in self.nodes), default=0)
        named = _NAME_ROOM if any(node.lane for node in self.nodes) else _MARGIN
        return QSize(round(_MARGIN + columns * self._step() + named), _TOP + lanes * _LANE + _BOTTOM + 14)

    def _fit(self) -> None:
        self.setFixedSize(max(self.sizeHint().width(), self._room), self.sizeHint().height())

    def _step(self) -> float:
        columns = max((node.column for node in self.nodes), default=0)
        room = (self._room - _MARGIN - _NAME_ROOM) / columns if columns else _WIDEST
        return float(min(_WIDEST, max(_NARROWEST, room)))

    def _point(self, node: TimelineNode) -> QPointF:
        return QPointF(_MARGIN + node.column * self._step(), _TOP + node.lane * _LANE)

    def _find(self, node_id: str) -> TimelineNode | None:
        return next((node for node in self.nodes if node.id == node_id), None)

    def _at(self, place: QPointF) -> TimelineNode | None:
        near = min(self.nodes, key=lambda node: (self._point(node) - place).manhattanLength(), default=None)
        return near if near and (self._point(near) - place).manhattanLength() < 1.6 * _HALO else None

    def _about(self, node: TimelineNode) -> str:
        if node.moment is None:
            return self.tr("Now, as it lives")
        told = f"{timeline_words.title(node.moment)} · {timeline_words.facts(node.moment)}"
        other = "" if node.moment.soul == self._soul else f"{self._names.get(node.moment.soul, '')} · "
        return other + told

    def _tell(self) -> None:
        node = self._find(self._selected)
        self.setAccessibleDescription(self._about(node) if node else "")

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        node = self._at(event.position())
        if node is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(node.id)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = self._at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self._find(self._selected)
        move = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }.get(Qt.Key(event.key()))  # fmt: skip
        if here is None or move is None:
            super().keyPressEvent(event)
            return
        across, down = move
        ahead = [
            node
            for node in self.nodes
            if (across and node.lane == here.lane and (node.column - here.column) * across > 0)
            or (down and (node.lane - here.lane) * down > 0)
        ]
        if ahead:
            nearest = min(ahead, key=lambda n: (abs(n.lane - here.lane), abs(n.column - here.column)))
            self.choose(nearest.id)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            node = self._at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self._about(node) if node else "", self)
            return True
        return super().event(event)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        by_id = {node.id: node for node in self.nodes}
        for node in self.nodes:
            if node.parent in by_id:
                self._line(painter, by_id[node.parent], node)
            if node.second in by_id:
                self._line(painter, by_id[node.second], node, Qt.PenStyle.DotLine)
        for node in self.nodes:
            self._draw(painter, node)
        self._captions(painter)

    def _ink(self, node: TimelineNode) -> str:
        return "soul" if node.lane == 0 else "muted"

    def _line(
        self, painter: QPainter, start: TimelineNode, end: TimelineNode, pen: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> None:
        a, b = self._point(start), self._point(end)
        painter.setPen(QPen(style.colour(self._ink(end)), 2, pen))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(a)
        bend = min(self._step(), b.x() - a.x())
        if start.lane != end.lane:
            path.cubicTo(a + QPointF(bend * 0.6, 0), QPointF(a.x() + bend * 0.4, b.y()), QPointF(a.x() + bend, b.y()))
        path.lineTo(b)
        painter.drawPath(path)

    def _draw(self, painter: QPainter, node: TimelineNode) -> None:
        place, moment = self._point(node), node.moment
        ink, surface = style.colour(self._ink(node)), style.colour("surface")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(surface)
        painter.drawEllipse(place, _RADIUS + 6, _RADIUS + 6)
        if node.id == self._selected:
            painter.setBrush(style.colour("raised"))
            painter.setPen(QPen(style.colour("soul"), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawEllipse(place, _HALO - 3, _HALO - 3)
        if node.is_now:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.colour("learn"), 2))
            painter.drawEllipse(place, _HALO, _HALO)
        if moment is not None and moment.event == "sleep":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawPath(moon_path(place, 8.5))
        else:
            small = moment is not None and moment.event == "autosave"
            painter.setBrush(surface)
            painter.setPen(QPen(ink, 2))
            painter.drawEllipse(place, *((_SMALL,) * 2 if small else (_RADIUS,) * 2))
        if moment is not None and moment.pinned:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(place + QPointF(0, -_HALO - 4), 2.5, 2.5)

    def _captions(self, painter: QPainter) -> None:
        """Names and days under the points, as far as there is room; behind each branch what it is called."""
        painter.setFont(style.font(theme.TEXT_SMALL))
        metrics = QFontMetricsF(painter.font())
        taken: dict[int, list[tuple[float, float]]] = {}
        day = ""
        behind = {node.parent for node in self.nodes if node.lane}
        blended = {node.second for node in self.nodes}
        for node in sorted(
            self.nodes, key=lambda node: (not (node.is_now or (node.moment and node.moment.label)), node.column)
        ):
            moment = node.moment
            named = bool(moment and moment.label)
            text = moment.label if moment and named else self.tr("now") if node.is_now else ""
            if not text and moment is not None and node.lane == 0:
                text = timeline_words.short_day(moment.when)
                text, day = ("" if text == day else text), text
            if text:
                self._caption(painter, metrics, node, text, "text" if named or node.is_now else "muted", taken)
            if moment is not None and node.lane and node.id not in behind and moment.soul != self._soul:
                painter.setPen(style.colour("muted"))
                name = metrics.elidedText(
                    f"“{self._names.get(moment.soul, '')}”", Qt.TextElideMode.ElideRight, _NAME_ROOM - 40
                )
                beside = QPointF(_HALO, metrics.ascent() / 2 - 1)
                if node.id in blended:  # its line goes to the right from here
                    beside = QPointF(-metrics.horizontalAdvance(name) / 2, _HALO + 3 + metrics.ascent())
                painter.drawText(self._point(node) + beside, name)

    def _caption(
        self,
        painter: QPainter,
        metrics: QFontMetricsF,
        node: TimelineNode,
        text: str,
        ink: str,
        taken: dict[int, list[tuple[float, float]]],
    ) -> None:
        room = 1.9 * self._step() if ink == "text" else self._step()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(text)
        place = self._point(node)
        box = QRectF(max(2.0, place.x() - width / 2), place.y() + _HALO + 3, width, metrics.height())
        spans = taken.setdefault(node.lane, [])
        if any(box.left() < right + 6 and left - 6 < box.right() for left, right in spans):
            return
        spans.append((box.left(), box.right()))
        painter.setPen(style.colour(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class TimelineArea(QScrollArea):
    """The picture, scrolled to the soul of now and to what is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TimelineView()
        self.setWidget(self.view)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.chosen.connect(self._reveal)

    def show_timeline(self, timeline: SoulTimeline | None) -> None:
        """Show a timeline and where it stands now."""
        self.view.show_timeline(timeline)
        self._fit()
        self._reveal(self.view.selected)

    def _fit(self) -> None:
        self.view.set_room(self.viewport().width())
        bar = self.horizontalScrollBar().sizeHint().height() if self.view.width() > self.viewport().width() else 0
        self.setFixedHeight(self.view.height() + bar)

    def _reveal(self, node_id: str) -> None:
        if node_id:
            place = self.view.place(node_id)
            self.ensureVisible(place.x(), place.y(), 60, 0)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()
        self._reveal(self.view.selected)
