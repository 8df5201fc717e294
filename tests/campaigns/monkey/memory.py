"""What the process has in use when no window is open, and what a closed window left alive.

Resident memory alone does not answer whether a program leaks: it holds pages that the allocator keeps for the next
window (between one window and the next these went up and down by 30 MB, where what is in use moved by 1), pages of
libraries that were read from their files, and one picture in the clipboard (20 MB at 200 %), which the next copy
replaces. So free pages are given back to the system first, the clipboard is emptied, and Qt's cache of pixmaps, which
has a limit of its own, too; then the pages are counted that come from no file.

Caches of this program that have a size are emptied as well: they fill up and then stay, but which networks are in them
moves by some MB from one window to the next, under which a leak of tenths would not be seen. What has no size
(`functools.cache`, dictionaries) is left, and weighed.

Free room that cannot be given back counts as in use, on purpose: of seed 9's 75 windows, blocks of C held 25.7 MB after
the 15th and 26.0 MB after the last, but resident memory rose by 29 MB twice. These were heaps of threads that had read
a picture, each with what it needed once as free room at its end (`flgui.heap` mends that). `--kept` says both.

Qt's cache of fonts is not emptied: there is no call for it. It holds up to 4 MB of fonts that are not in use, with the
glyphs that were drawn of each, and fills slowly: from the 5th window to the 34th blocks of C grew by 0.25 MB, those of
glyphs and font engines, told by their callers, by 0.31 MB, and no others by more than 0.03 MB.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage, QPixmap, QPixmapCache

from flgui.theme.delays import QuickTips
from planner_core.kept import Kept

__all__ = ["Remaining", "in_use_mb", "of_a_window"]


def in_use_mb() -> float:
    """Return what is in use, in MB; 0 where the system is not Linux, which alone says so there."""
    QGuiApplication.clipboard().clear()
    QPixmapCache.clear()
    _forget()
    gc.collect()
    if not sys.platform.startswith("linux"):
        return 0.0
    ctypes.CDLL(None).malloc_trim(0)
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _forget() -> None:
    """Empty the caches of this program that have a size."""
    for name, module in list(sys.modules.items()):
        if not name.startswith(("flgui", "planner_core")):
            continue
        for thing in vars(module).values():
            bounded = isinstance(thing, Kept) or (
                hasattr(thing, "cache_parameters") and thing.cache_parameters()["maxsize"] is not None
            )
            if bounded:
                thing.cache_clear()


def of_a_window() -> Counter[str]:
    """Count what Python holds of the parts of windows, by type: nothing of it may outlive its window.

    One style is the application's, whichever window brought it, and is left out.
    """
    found: Counter[str] = Counter()
    for thing in gc.get_objects():
        kind = type(thing)
        if issubclass(kind, QObject) and kind.__module__.startswith("flgui."):
            found[f"{kind.__module__}.{kind.__qualname__}"] += 1
    style = f"{QuickTips.__module__}.{QuickTips.__qualname__}"
    found[style] -= min(found[style], 1)
    return found


class Remaining:
    """Says what is alive more than after the window before, by type."""

    def __init__(self) -> None:
        self._before: Counter[str] = Counter()

    def more(self) -> str:
        """Return how much is in arrays and pictures, and the ten types that grew most."""
        things = gc.get_objects()
        now = Counter(type(thing).__name__ for thing in things)
        grown = now - self._before
        self._before = now
        told = ", ".join(f"{count:+d} {name}" for name, count in grown.most_common(10))
        arrays = {
            id(a): a.nbytes
            for t in things
            for a in gc.get_referents(t)
            if type(a) is np.ndarray and a.base is None
        }
        pictures = sum(_picture_bytes(thing) for thing in things)
        return (
            f"arrays {sum(arrays.values()) / 1e6:.1f} MB, pictures {pictures / 1e6:.1f} MB, "
            f"{_heaps()}{sys.getallocatedblocks()} blocks of Python; {told or 'nothing more'}"
        )


class _Heaps(ctypes.Structure):
    """What `mallinfo2` returns, over all heaps, in bytes."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keep",
        )
    )


def _heaps() -> str:
    """Say how much C has in blocks, and how much free room its heaps have; empty where it does not tell."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform.startswith("linux") else None
    if ask is None:
        return ""
    ask.restype = _Heaps
    told = ask()
    return f"{(told.uordblks + told.hblkhd) / 1e6:.1f} MB in blocks of C beside {told.fordblks / 1e6:.1f} MB free, "


def _picture_bytes(thing: object) -> int:
    if not isinstance(thing, QImage | QPixmap) or not shiboken6.isValid(thing):
        return 0
    return thing.width() * thing.height() * thing.depth() // 8
