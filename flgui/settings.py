"""Settings: what the window remembers from one start to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from flgui.theme.manager import ThemeChoice
from planner_core.errors import InputError
from planner_core.network.given_shapes import parse_shape
from planner_core.network.model import Shape

__all__ = ["Settings"]

_RECENT = 8
_CHOICES = ("system", "light", "dark")


class Settings:
    """A typed front of QSettings.

    Parameters
    ----------
    store : QSettings, optional
        Where to keep it; the user's settings by default, a file of their own in tests.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._own = store is not None
        self._store = store if store is not None else QSettings("flgui", "flgui")

    @property
    def theme(self) -> ThemeChoice:
        """Theme that was chosen; "system" at first."""
        value = self._store.value("theme", "system")
        return cast(ThemeChoice, value) if value in _CHOICES else "system"

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice)

    @property
    def recent(self) -> tuple[str, ...]:
        """Files that were opened, newest first."""
        value: Any = self._store.value("recent", [])
        values = [value] if isinstance(value, str) else list(value or [])
        return tuple(str(v) for v in values if v)[:_RECENT]

    def add_recent(self, path: Path) -> None:
        """Put a file in front of the others."""
        name = str(path.resolve())
        kept = [name, *(other for other in self.recent if other != name)]
        self._store.setValue("recent", kept[:_RECENT])

    def forget_recent(self, name: str) -> None:
        """Take a file off the list."""
        self._store.setValue("recent", [other for other in self.recent if other != name])

    @property
    def folder(self) -> str:
        """Folder of the last file dialog."""
        return str(self._store.value("folder", ""))

    @folder.setter
    def folder(self, folder: str) -> None:
        self._store.setValue("folder", folder)

    def shapes_of(self, path: Path) -> dict[str, Shape]:
        """Shapes that were given for the inputs of a file, by name, when it was last opened."""
        value: Any = self._store.value(_shape_key(path), [])
        found = {}
        for text in [value] if isinstance(value, str) else list(value or []):
            try:
                name, shape = parse_shape(str(text))
            except InputError:  # not what this version writes
                continue
            found[name] = shape
        return found

    def keep_shapes(self, path: Path, shapes: Mapping[str, Shape]) -> None:
        """Keep the shapes that were given for the inputs of a file."""
        texts = [f"{name}={c}x{h}x{w}" for name, (c, h, w) in shapes.items()]
        self._store.setValue(_shape_key(path), texts)

    @property
    def picture(self) -> str:
        """The user's own picture under the tiles; empty for the sample."""
        return str(self._store.value("picture", ""))

    @picture.setter
    def picture(self, path: str) -> None:
        self._store.setValue("picture", path)

    @property
    def data_folder(self) -> Path:
        """Folder for what outlives a crash; beside the settings where these have a file of their own."""
        if self._own:
            return Path(self._store.fileName()).parent / "flgui-data"
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation))

    def bytes_of(self, key: str) -> QByteArray | None:
        """Return a state of window or splitter that was kept under `key`."""
        value = self._store.value(f"layout/{key}")
        return value if isinstance(value, QByteArray) else None

    def keep_bytes(self, key: str, value: QByteArray) -> None:
        """Keep a state of window or splitter."""
        self._store.setValue(f"layout/{key}", value)

    def flag(self, key: str, default: bool) -> bool:
        """Return a switch of the layout."""
        value = self._store.value(f"layout/{key}", default)
        return value in (True, "true", "1", 1)

    def keep_flag(self, key: str, value: bool) -> None:
        """Keep a switch of the layout."""
        self._store.setValue(f"layout/{key}", value)

    def sync(self) -> None:
        """Write everything now."""
        self._store.sync()


def _shape_key(path: Path) -> str:
    """A key for a file; a path itself would be taken for groups of keys."""
    return "shapes/" + hashlib.sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
