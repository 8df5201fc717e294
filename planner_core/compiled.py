"""Where compiled kernels are kept: a folder for exactly these sources. Imports no compiler.

numba's own cache looks only at the file of the function that is called, and would go on using what was compiled into
it from another file that has changed since. So whenever the source of any kernel changes, all are compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

__all__ = ["is_compiled", "kept_in", "note_compiled"]

_PACKAGE = Path(__file__).parent
_MARK = b"planner_core.jit import"
"""In every module with kernels."""

_DONE = "complete"
_UNUSED_S = 14 * 24 * 3600.0


def is_compiled() -> bool:
    """Say whether every kernel of these sources was compiled and kept."""
    return any((folder / _DONE).is_file() for folder in _folders())


def note_compiled() -> None:
    """Note that every kernel is compiled and kept; what other sources left and nobody has used for long is removed."""
    folder = kept_in()
    if folder is None:
        return
    with suppress(OSError):
        (folder / _DONE).touch()
        for other in folder.parent.glob("kernels-*"):
            if other != folder and time.time() - other.stat().st_mtime > _UNUSED_S:
                shutil.rmtree(other, ignore_errors=True)


def kept_in() -> Path | None:
    """Return the folder for compiled kernels, made if need be; None if there is no place to write to."""
    for folder in _folders():
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return None


def _folders() -> Iterator[Path]:
    """In a folder of the user's choice, or in the package, or in the user's cache."""
    chosen, name = os.environ.get("NUMBA_CACHE_DIR"), f"kernels-{_key(_PACKAGE)}"
    if chosen:
        yield Path(chosen) / name
        return
    yield _PACKAGE / "__pycache__" / name
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flgui" / name


@cache
def _key(package: Path) -> str:
    """Changes with the sources of kernels, and with the interpreter."""
    found = hashlib.sha256(sys.version.encode())
    for source in sorted(package.rglob("*.py")):
        text = source.read_bytes()
        if _MARK in text or source.name == "jit.py":
            found.update(text)
    return found.hexdigest()[:16]
