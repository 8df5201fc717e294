"""Stamps: whether a file on the disk is still the one that was read or written here."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["Stamps"]


class Stamps:
    """Remembers files by time, size and place on the disk: atomic writing makes a new file each time."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[int, int, int] | None] = {}

    def note(self, path: Path) -> None:
        """Remember the file as it is now."""
        self._known[path] = _stamp(path)

    def is_foreign(self, path: Path) -> bool:
        """Whether somebody else has written the file since; one that is gone cannot be lost."""
        now = _stamp(path)
        return path in self._known and now is not None and now != self._known[path]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    with suppress(OSError):
        found = path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None
