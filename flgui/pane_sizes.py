"""Sizes of the window's panes by the design's rules, in pixels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize

from flgui.theme.tokens import Tokens

__all__ = ["ONE_COLUMN_BELOW", "TALL_FROM", "first_size", "pane_widths", "schedules_height"]

ONE_COLUMN_BELOW = 1240
"""Width below which network and tiles share a column."""
TALL_FROM = 1000
"""Height from which lanes and cells are larger."""
_WIDE_FROM = 1600
_SIDE_SHARE = 0.4
_FIRST_SIZE = QSize(1440, 900)
_FRAME = QSize(0, 40)
"""What a window manager puts around a window, at most."""


def first_size(available: QSize) -> QSize:
    """Return the size of the first window on a screen that has this much room."""
    return _FIRST_SIZE.boundedTo(available - _FRAME)


def pane_widths(width: int, compact: bool, tokens: Tokens) -> list[int]:
    """Return the widths of network, centre and tiles in a window of `width` pixels.

    Above 1600 the centre takes 60 % of what is more and the tiles 40 %; below 1240 there is no third pane.
    """
    network = tokens.px("compact.networkPane" if compact else "pane.network")
    tiles = tokens.px("compact.tilesPane" if compact else "pane.tiles")
    if width < ONE_COLUMN_BELOW:
        side = tokens.px("pane.tilesMin")
        return [side, width - side - 1]
    tiles += round(_SIDE_SHARE * max(0, width - _WIDE_FROM))
    return [network, width - network - tiles - 2, tiles]


def schedules_height(lanes: Sequence[int], window: tuple[int, int], tokens: Tokens) -> int:
    """Return the height of the schedules with so many lanes in each group, header and ruler included."""
    below = tokens.pair("compact.below")
    compact = window[0] < below[0] or window[1] < below[1]
    header = tokens.px("compact.ganttGroupHeader" if compact else "row.ganttGroupHeader")
    lane = tokens.px("compact.ganttLane" if compact else "row.ganttLane")
    if window[1] >= TALL_FROM:
        lane += 4
    groups = len(lanes) * (header + tokens.px("row.ganttGroupGap") + 1)
    return tokens.px("size.paneHeader") + tokens.px("row.ganttRuler") + groups + sum(lanes) * lane
