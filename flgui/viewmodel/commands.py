"""What can be run by name, and which of it a few typed letters mean; imports no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Command", "Found", "find"]

_WHOLE, _WORD, _INSIDE, _SCATTERED, _WHERE = 100, 80, 60, 30, 15


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette.

    Parameters
    ----------
    title, where : str
        What it does, and in which menu it is or what kind of thing it goes to.
    keys : str
        Its shortcut as it is written in menus.
    """

    title: str
    where: str
    keys: str = ""
    enabled: bool = True
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Place of a command in the list that was searched, and the letters of its title that were typed."""

    place: int
    spots: tuple[int, ...] = ()


def find(commands: Sequence[Command], query: str, limit: int = 60) -> list[Found]:
    """Return the commands in which every typed word is found, the best first; all of them for no query.

    A word counts most at the start of the title, then at the start of a word, then inside of one; its letters
    may be scattered over the title; "tau" finds τ.
    """
    words = query.casefold().split()
    scored = []
    for place, command in enumerate(commands):
        rated = _rate(command, words)
        if rated is not None:
            score, spots = rated
            scored.append((-score - command.enabled, place, spots))
    scored.sort()
    return [Found(place, tuple(sorted(spots))) for _, place, spots in scored[:limit]]


def _rate(command: Command, words: Iterable[str]) -> tuple[int, frozenset[int]] | None:
    title = command.title.casefold()
    total, spots = 0, frozenset[int]()
    for word in words:
        score, at = _rate_word(title, word)
        if score < _INSIDE and word in title.replace("τ", "tau"):
            score, at = _WORD, ()
        if score < _WHERE and word in command.where.casefold():
            score, at = _WHERE, ()
        if not score:
            return None
        total += score
        spots |= frozenset(at)
    return total, spots


def _rate_word(title: str, word: str) -> tuple[int, Sequence[int]]:
    if title.startswith(word):
        return _WHOLE, range(len(word))
    starts = [at for at in range(1, len(title)) if not title[at - 1].isalnum() and title.startswith(word, at)]
    if starts:
        return _WORD, range(starts[0], starts[0] + len(word))
    at = title.find(word)
    if at >= 0:
        return _INSIDE, range(at, at + len(word))
    spots: list[int] = []
    for letter in word:
        at = title.find(letter, spots[-1] + 1 if spots else 0)
        if at < 0:
            return 0, ()
        spots.append(at)
    spread = spots[-1] - spots[0] + 1 - len(word)
    return max(1, _SCATTERED - spread), spots
