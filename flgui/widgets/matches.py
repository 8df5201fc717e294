"""Which layers a search finds, and which of them is looked at; imports no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Matches", "find"]


@dataclass(frozen=True, slots=True)
class Matches:
    """Keys of the matches in order, and the place of the one that is looked at."""

    keys: tuple[int, ...] = ()
    at: int = 0

    @property
    def current(self) -> int | None:
        """Key of the match that is looked at."""
        return self.keys[self.at] if self.keys else None

    def step(self, by: int) -> Matches:
        """Go on or back, round the ends."""
        return Matches(self.keys, (self.at + by) % len(self.keys)) if self.keys else self


def find(text: str, entries: Iterable[tuple[int, Sequence[str]]], near: int | None = None) -> Matches:
    """Return the entries that hold every word of `text` in one of their own words.

    Parameters
    ----------
    text : str
        What was typed; case does not matter.
    entries : iterable of (key, words)
    near : int, optional
        Key that is looked at, if it matches, so that typing on does not jump about.
    """
    wanted = text.lower().split()
    if not wanted:
        return Matches()
    keys = tuple(
        key for key, words in entries if all(any(part in word.lower() for word in words) for part in wanted)
    )
    return Matches(keys, keys.index(near) if near in keys else 0)
