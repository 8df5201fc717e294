"""Darknet's configuration text: sections with options, each known by its line."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner_core.errors import InputError

__all__ = ["Section", "parse_sections"]

_LARGEST = 1 << 40


@dataclass(slots=True)
class Section:
    """One `[kind]` of the file and the options under it.

    Parameters
    ----------
    line : int
        Where it begins, from 1.
    options : dict
        Key to (value, line); of a key that is given twice Darknet reads the first.
    """

    kind: str
    line: int
    options: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __contains__(self, key: str) -> bool:
        return key in self.options

    def text(self, key: str, default: str) -> str:
        """Return an option as it is written."""
        return self.options[key][0] if key in self.options else default

    def integer(self, key: str, default: int, least: int = 0) -> int:
        """Return an option that is an integer from `least` on."""
        value = self.integers(key)[0] if key in self.options else default
        if value < least:
            raise self.error(key, f"an integer from {least} on is needed")
        return value

    def integers(self, key: str) -> list[int]:
        """Return an option that is a list of integers; an error if it is not there."""
        if key not in self.options:
            raise InputError(f"line {self.line}: [{self.kind}] has no {key}")
        try:
            values = [_integer(part) for part in self.options[key][0].split(",")]
        except ValueError:
            raise self.error(key, "integers are needed") from None
        if max(map(abs, values)) > _LARGEST:
            raise self.error(key, "that is too large to plan with")
        return values

    def error(self, key: str, need: str) -> InputError:
        """Return the error for an option whose value does not do."""
        value, line = self.options.get(key, ("missing", self.line))
        return InputError(f"line {line}: {key} of [{self.kind}] is {value[:40]}; {need}")


def _integer(text: str) -> int:
    if not text.isascii() or "_" in text:  # which Python would take
        raise ValueError
    return int(text)


def parse_sections(text: str) -> list[Section]:
    """Split the text of a .cfg file; raise InputError with the line that is no section, option or comment."""
    sections: list[Section] = []
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        line = "".join(raw.split())  # Darknet drops all blanks
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            sections.append(Section(line[1:-1], number))
            continue
        key, equals, value = line.partition("#")[0].partition("=")
        if not equals or not key or not sections:
            raise InputError(
                f"line {number}: '{line[:40]}' is no section, option or comment of a Darknet file"
            )
        sections[-1].options.setdefault(key, (value, number))
    return sections
