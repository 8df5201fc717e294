"""Atomic writing: a file is there in full, or as it was before."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from planner_core.errors import InputError

__all__ = ["check_target", "replace_bytes", "replace_file"]


def check_target(path: str | os.PathLike[str]) -> Path:
    """Return the file that writing to `path` makes or replaces, links followed.

    Meant to be called before long work, so that it is not done in vain.

    Raises
    ------
    InputError
        If nothing can be written there: a directory, a device, a folder that is missing or write-protected.
    """
    shown = os.fspath(path)
    if not shown:
        raise InputError("the name of the file to write is empty", "''")
    try:
        file = Path(path).resolve()
        if file.is_dir():
            raise InputError("the file cannot be written: it is a directory", shown)
        if file.exists() and not file.is_file():
            raise InputError("the file cannot be written: it is no ordinary file", shown)
        if not file.parent.is_dir():
            raise InputError(f"the file cannot be written: there is no directory '{file.parent}'", shown)
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, a null byte, a loop of links
        raise InputError(f"the file cannot be written: {_cause(error)}", shown) from None
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise InputError(f"the file cannot be written: '{file.parent}' is write-protected", shown)
    return file


def replace_file(path: str | os.PathLike[str], chunks: Iterable[str]) -> None:
    """Write `chunks` as UTF-8 beside the target and move the whole into place.

    Raises InputError that names the file when it cannot be written; whatever `chunks` raises is passed on.
    """
    replace_bytes(path, (chunk.encode("utf-8") for chunk in chunks))


def replace_bytes(path: str | os.PathLike[str], chunks: Iterable[bytes]) -> None:
    """Write `chunks` beside the target and move the whole into place; raises as `replace_file` does."""
    file = check_target(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name[:80]}.", suffix=".tmp", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(chunks)
            Path(name).chmod(_mode(file))
            Path(name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"the file cannot be written: {_cause(error)}", os.fspath(path)) from None


def _mode(file: Path) -> int:
    """Permissions of the file that is replaced, or what a plain open gives: a temporary file is private."""
    with suppress(OSError):
        return file.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _cause(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
