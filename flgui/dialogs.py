"""Questions to the user that need a dialog; tests answer them without one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from planner_core.errors import OpenInput
from planner_core.network.model import Shape

if TYPE_CHECKING:
    from flgui.panels.shape_dialog import ShapeDialog

__all__ = ["Dialogs"]

_SUFFIX = re.compile(r"\*((?:\.[a-z0-9]+)+)")


class Dialogs:
    """Asks for files and numbers.

    Parameters
    ----------
    window : QWidget
        The dialogs' parent.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def open_file(self, title: str, folder: str, kinds: str) -> Path | None:
        """Ask for a file to open; None when the user thinks better of it."""
        name, _ = QFileDialog.getOpenFileName(self._window, title, folder, kinds)
        return Path(name) if name else None

    def save_file(self, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
        """Ask for a file to write; None when the user thinks better of it.

        A name without one of the endings in `kinds` gets that of the kind chosen, else `suffix`, and so does
        one that kept the proposal's ending when another kind was chosen. Qt has asked only about the name as
        it was typed: another file that would be replaced is asked about here.
        """
        while True:
            name, kind = QFileDialog.getSaveFileName(self._window, title, proposal, kinds)
            if not name:
                return None
            path = _completed(Path(name), kind, kinds, suffix)
            if path == Path(name) or not _is_there(path) or self._replaces(title, path):
                return path
            proposal = str(path)

    def _replaces(self, title: str, path: Path) -> bool:
        kind = QMessageBox.StandardButton
        text = f"{path.name} is there already. Replace it?"
        return QMessageBox.question(self._window, title, text, kind.Yes | kind.No, kind.No) == kind.Yes

    def shapes(self, file: str, inputs: Sequence[OpenInput], usual: Mapping[str, Shape]) -> ShapeDialog:
        """Ask for dimensions that a file leaves open; the dialog is shown and tells its answer by a signal."""
        from flgui.panels.shape_dialog import ShapeDialog  # not for the window's start

        dialog = ShapeDialog(file, inputs, usual, self._window)
        dialog.open()
        return dialog

    def save_changes(self, name: str, what: str = "drawing") -> Literal["save", "discard", "cancel"]:
        """Ask what becomes of changes that no file has."""
        kind = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            f"Save the {what}?",
            f"{name} has changes that no file has.",
            kind.Save | kind.Discard | kind.Cancel,
            kind.Save,
        )
        return {kind.Save: "save", kind.Discard: "discard"}.get(answer, "cancel")  # type: ignore[return-value]

    def replace_changed(self, path: Path) -> bool:
        """Ask whether a file that somebody else has written meanwhile is to be replaced."""
        kind = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._window,
            "Replace the file?",
            f"{path.name} was written by another window or program since it was opened or saved here. "
            "Save replaces what it holds; Cancel leaves it, and Save as takes another name.",
            kind.Save | kind.Cancel,
            kind.Cancel,
        )
        return answer == kind.Save

    def number(self, title: str, label: str, value: int, low: int, high: int) -> int | None:
        """Ask for a whole number."""
        given, accepted = QInputDialog.getInt(self._window, title, label, value, low, high)
        return given if accepted else None


def _completed(path: Path, kind: str, kinds: str, suffix: str) -> Path:
    """Return `path` with the ending that belongs to it; a dot inside a name begins no ending."""
    chosen = _SUFFIX.search(kind)
    wanted, name = chosen[1] if chosen else suffix, path.name
    known = {*_SUFFIX.findall(kinds), suffix}
    known |= {f".{ending.rsplit('.', 1)[1]}" for ending in known}  # "mine.json" is a name for work, too
    has = max((e for e in known if name.lower().endswith(e)), key=len, default="")
    if not has:
        return path.with_name(name + wanted)
    swapped = has == suffix != wanted  # the proposal's ending, left as it was
    return path.with_name(name[: -len(has)] + wanted) if swapped else path


def _is_there(path: Path) -> bool:
    with suppress(OSError):  # a name that is too long: writing says so
        return path.exists()
    return False
