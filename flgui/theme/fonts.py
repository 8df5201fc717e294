"""Inter and JetBrains Mono from their packages, with tabular figures."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from flgui.theme.tokens import Tokens

__all__ = ["font", "load_fonts", "mono_family", "sans_family", "text_font"]

_PACKAGES = (("fontpkg_inter", "Inter[[]*.ttf"), ("fontpkg_jetbrains_mono", "JetBrainsMono[[]*.ttf"))
_TABULAR = QFont.Tag("tnum")
_WEIGHT = QFont.Tag("wght")


@cache
def load_fonts() -> tuple[str, ...]:
    """Register the design's fonts with Qt and return the families that were found.

    Needs a QGuiApplication. A family that is missing is replaced by the fallback of the tokens.
    """
    found: list[str] = []
    for package, pattern in _PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for file in sorted((Path(spec.origin).parent / "files").glob(pattern)):
            number = QFontDatabase.addApplicationFont(str(file))
            found.extend(QFontDatabase.applicationFontFamilies(number) if number >= 0 else ())
    return tuple(found)


def sans_family() -> str:
    """Return the family of all text but the command."""
    return str(Tokens.load("light").shared["type"]["family"])


def mono_family() -> str:
    """Return the family of the command in the status bar."""
    return str(Tokens.load("light").shared["type"]["familyMono"])


def font(px: float, weight: int = 400, mono: bool = False) -> QFont:
    """Return a font of `px` logical pixels with figures of equal width."""
    kind = Tokens.load("light").shared["type"]
    families = [kind["familyMono"], "DejaVu Sans Mono"] if mono else [kind["family"], *kind["fallback"]]
    made = QFont()
    made.setFamilies(families)
    made.setPixelSize(max(1, round(px)))
    made.setWeight(QFont.Weight(weight))
    made.setFeature(_TABULAR, 1)
    made.setVariableAxis(_WEIGHT, float(weight))  # setWeight alone leaves it at regular
    return made


def text_font() -> QFont:
    """Return the font of plain text, which the application has; other fonts inherit what they do not say."""
    tokens = Tokens.load("light")
    return font(tokens.size("type.body.px"), tokens.px("type.body.weight"))
