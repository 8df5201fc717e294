"""What is kept is bounded by its size."""

from __future__ import annotations

from planner_core.kept import kept_up_to


def test_the_oldest_answers_go_when_together_they_are_too_large() -> None:
    made: list[int] = []

    @kept_up_to(10, len)
    def text(length: int) -> str:
        made.append(length)
        return "x" * length

    assert [text(n) for n in (4, 3, 4)] == ["xxxx", "xxx", "xxxx"]
    assert made == [4, 3]
    assert text.bytes == 7
    text(5)  # 3 was asked for before 4
    assert text.bytes == 9
    text(4)
    text(3)
    assert made == [4, 3, 5, 3]
    assert text.bytes == 7


def test_one_that_is_too_large_is_kept_alone() -> None:
    made: list[int] = []

    @kept_up_to(10, len)
    def text(length: int) -> str:
        made.append(length)
        return "x" * length

    text(2)
    assert text(50) is text(50)
    assert made == [2, 50]
    assert text.bytes == 50
    text(2)
    assert text.bytes == 2
    text.cache_clear()
    assert text.bytes == 0
    assert len(text(2)) == 2
    assert made == [2, 50, 2, 2]
