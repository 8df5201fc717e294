"""One heap for all threads of the window's process."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

__all__ = ["share_heap"]

_M_ARENA_MAX: Final = -8
"""Of `mallopt`, as glibc's malloc.h has it."""


def share_heap() -> None:
    """Let threads that come from now on use the heap of the first; to be called before there are any.

    glibc gives each thread a heap of its own, up to eight for each core, and what is free at the end of these is never
    given back: a picture of 20 MB that a thread read stayed as free room in its heap, in the next thread's heap once
    more, and so on. Other C libraries have one heap, or manage theirs otherwise, and are left alone. Threads of the
    window wait for files and for processes, and for each other: they would gain nothing from heaps of their own.
    """
    if not sys.platform.startswith("linux"):
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)
