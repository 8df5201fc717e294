"""The small button in the headers of MW and BF that copies their plan to be changed by hand."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from flgui.theme.icons import pixmap
from flgui.viewmodel.gantt import GanttGroup
from flgui.views.gantt.frame import INSET, Frame, face, text_width, write
from flgui.views.gantt.layout import GroupBox

__all__ = ["COPIED", "WORDS", "copy_box", "paint_copy"]

COPIED: Final = ("MW", "BF")
WORDS: Final = "Copy to Manual"
_ICON: Final = 14
_BEFORE: Final = 39  # square, gap, and the air around name and caption


def copy_box(frame: Frame, group: GanttGroup, box: GroupBox, right_text: str = "") -> QRect | None:
    """Return where the button of a group stands, None where there is nothing to copy or no room."""
    if group.method not in COPIED or group.plan is None:
        return None
    left = _BEFORE + text_width(group.method, 12, 600) + text_width(group.caption, 11, 400) + 14
    width = _ICON + 5 + text_width(WORDS, 11, 500)
    used = text_width(right_text, 11, 400) + INSET if right_text else 0
    if left + width > frame.width - INSET - used:
        return None
    return QRect(left, box.top + 2, width, frame.layout.metrics.header - 2)


def paint_copy(painter: QPainter, frame: Frame, rect: QRect, pointed: bool) -> None:
    """Draw icon and words; the words are underlined while the pointer is on them."""
    color = frame.palette.tokens.color("accent.text")
    mark = pixmap("copy", color, _ICON, frame.ratio)
    painter.drawPixmap(rect.left(), rect.top() + (rect.height() - _ICON) // 2, mark)
    words = rect.adjusted(_ICON + 5, 0, 0, 0)
    write(painter, words, WORDS, face(11, 500), color)
    if pointed:
        painter.fillRect(words.left(), words.center().y() + 8, words.width(), 1, color)
