"""The one style sheet of the window, filled from the tokens; it holds no literal colour."""

from __future__ import annotations

import re

from flgui.theme.tokens import Tokens
from planner_core.resources import resource

__all__ = ["style_sheet"]

_FIELD = re.compile(r"@([A-Za-z0-9.]+)")


def style_sheet(tokens: Tokens) -> str:
    """Return resources/themes/window.qss with every `@path` replaced by its colour or size in px."""
    template = resource("themes/window.qss").read_text(encoding="utf-8")

    def value(match: re.Match[str]) -> str:
        path = match[1]
        try:
            return tokens.color(path)
        except KeyError:
            return f"{tokens.px(path)}px"

    return _FIELD.sub(value, template)
