"""Whether the kernels were compiled before, so that the first plan need not wait for that."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["is_compiled", "note_compiled"]

_PACKAGE = Path(__file__).parent


def is_compiled() -> bool:
    """Say whether every kernel of this version was compiled and kept; imports no compiler."""
    key = _key()
    return any(_read(stamp) == key for stamp in _stamps())


def note_compiled() -> None:
    """Note that every kernel is compiled and kept, beside the kept code where that may be written."""
    for stamp in _stamps():
        with suppress(OSError):
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(_key(), "utf-8")
            return


def _stamps() -> tuple[Path, ...]:
    """Where numba keeps compiled code: in a folder of the user's choice, the package, or the user's cache."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        return (Path(chosen) / "flgui.compiled",)
    users = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (_PACKAGE / "__pycache__" / "flgui.compiled", users / "flgui" / "flgui.compiled")


def _key() -> str:
    """Changes with the sources, as what numba keeps does: by time and size, not by content."""
    state = [sys.version]
    for source in sorted(_PACKAGE.rglob("*.py")):
        about = source.stat()
        state.append(f"{source} {about.st_mtime_ns} {about.st_size}")
    return hashlib.sha256("\n".join(state).encode()).hexdigest()


def _read(stamp: Path) -> str:
    try:
        return stamp.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
