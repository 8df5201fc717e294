"""Kept results: the last used ones, and no more than so many."""

from __future__ import annotations

from flgui.state.kept import Kept


def test_what_was_used_longest_ago_gives_way() -> None:
    kept: Kept[str, int] = Kept(2)
    assert kept.put("a", 1) == 1
    kept.put("b", 2)
    assert kept.use("a") == 1
    kept.put("c", 3)
    assert list(kept) == ["a", "c"]
    assert kept.use("b") is None
    kept.put("a", 4)
    kept.put("d", 5)
    assert dict(kept) == {"a": 4, "d": 5}
