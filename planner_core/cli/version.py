"""The version of this installation."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

__all__ = ["version"]


def version() -> str:
    """Return the version of the installed package; that of the checkout where it is not installed."""
    try:
        return importlib.metadata.version("flgui")
    except importlib.metadata.PackageNotFoundError:
        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        text: str = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
        return text
