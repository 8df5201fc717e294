"""What stands at the right of a group's header."""

from __future__ import annotations

from flgui.viewmodel.critical import critical_text
from flgui.viewmodel.gantt import GanttGroup
from flgui.viewmodel.moments import moment_text
from flgui.views.gantt.ends import header_text
from flgui.views.gantt.frame import INSET, Frame, text_width
from flgui.views.gantt.layout import GroupBox

__all__ = ["right_text"]

_LEAST_CAPTION = 150
_SQUARE = 15
"""The method's square and the air behind it."""


def right_text(frame: Frame, group: GanttGroup, box: GroupBox, cursor_s: float | None) -> str:
    """What happens at the cursor, what is critical, and what has no room in the lanes, as far as it fits here."""
    parts = []
    if cursor_s is not None and group.plan is not None:
        parts.append(moment_text(group.plan, cursor_s))
    if frame.critical and group.plan is not None:
        parts.append(critical_text(group))
    parts.append(header_text(frame, group, box))
    caption = _SQUARE + text_width(group.method, 12, 600) + 8 + text_width(group.caption, 11, 400) + INSET
    room = frame.width - 2 * INSET - max(_LEAST_CAPTION, caption)
    text = ""
    for part in filter(None, parts):
        longer = f"{text} · {part}" if text else part
        if not text or text_width(longer, 11, 400) <= room:
            text = longer
    return text
