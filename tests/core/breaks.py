"""A sweep that breaks off."""

from __future__ import annotations


class BreakError(Exception):
    pass


def break_after(count):
    def progress(done, total):
        if done == count:
            raise BreakError

    return progress
