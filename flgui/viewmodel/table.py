"""Tables as arrays: a column is an array, a heading and a way to write one value; imports no Qt."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from flgui.text import MINUS

__all__ = ["Column", "Table", "decimals", "fixed", "number_column", "to_csv", "to_tsv"]

Values: TypeAlias = npt.NDArray[Any]
_NOTHING = "–"


@dataclass(frozen=True, eq=False, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    heading : str
        With the unit, which is not repeated in the cells.
    values : (n,) array
        What is sorted by and written to files; NaN is nothing.
    write : callable
        One value as it is shown.
    numeric : bool
        Whether cells stand at the right.
    hint : str
        What the heading means, in one sentence.
    sort_key : (n,) array, optional
        What is sorted by instead of `values`.
    nothing : str
        How NaN is shown.
    brief : callable, optional
        One value as it is shown where there is little room.
    least : callable, optional
        One value as it is shown where even so the columns would not fit.
    later : tuple
        Values that cells may come to hold, for which there has to be room.
    """

    heading: str
    values: Values
    write: Callable[[Any], str]
    numeric: bool = True
    hint: str = ""
    sort_key: Values | None = None
    nothing: str = _NOTHING
    brief: Callable[[Any], str] | None = None
    least: Callable[[Any], str] | None = None
    later: tuple[Any, ...] = ()

    def order(self, descending: bool) -> npt.NDArray[np.int64]:
        """Return the rows sorted by this column, equal ones as they were, nothing at the end."""
        key = self.values if self.sort_key is None else self.sort_key
        by: npt.NDArray[np.int64] = np.argsort(key, kind="stable")
        if descending:  # from the back and turned round, so that equal rows keep their order
            by = len(by) - 1 - np.argsort(key[::-1], kind="stable")[::-1]
        if key.dtype.kind == "f":
            empty = np.isnan(key[by])
            by = np.concatenate((by[~empty], by[empty]))
        return by

    def text(self, row: int, brevity: int = 0) -> str:
        """Return one cell as it is shown: whole, with `brevity` 1 `brief`, with 2 `least`, as far as there are such."""
        return self.written(self.values[row], brevity)

    def written(self, value: Any, brevity: int = 0) -> str:
        """Return any value as `text` would."""
        if isinstance(value, float) and math.isnan(value):
            return self.nothing
        shorter = (self.write, self.brief, self.least)[1 : brevity + 1]
        write = next((found for found in reversed(shorter) if found is not None), self.write)
        return write(value)


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Columns of equal length."""

    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0


def decimals(values: npt.NDArray[np.float64], digits: int) -> int:
    """Return how many digits behind the point show the largest of `values` with `digits` figures."""
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    return max(0, digits - 1 - math.floor(math.log10(largest))) if largest > 0 else 0


def fixed(places: int) -> Callable[[float], str]:
    """Return a writer with a fixed number of decimals, so that points stand under one another."""

    def write(value: float) -> str:
        return f"{value:.{places}f}".replace("-", MINUS)

    return write


def number_column(
    heading: str, values: npt.NDArray[np.float64], digits: int = 4, hint: str = "", nothing: str = _NOTHING
) -> Column:
    """Return a column of numbers with the decimals that its largest one needs; NaN is shown as `nothing`."""
    return Column(heading, values, fixed(min(9, decimals(values, digits))), hint=hint, nothing=nothing)


def to_tsv(table: Table, rows: Iterable[int]) -> str:
    """Write headings and rows as they are shown, with tabs between cells."""
    lines = ["\t".join(column.heading for column in table.columns)]
    lines += ["\t".join(column.text(row) for column in table.columns) for row in rows]
    return "\n".join(lines) + "\n"


def to_csv(table: Table, rows: Sequence[int], headings: bool = True) -> str:
    """Write headings and rows as CSV: numbers with full precision, nothing as an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if headings:
        writer.writerow(column.heading for column in table.columns)
    for row in rows:
        writer.writerow(_plain(c.values[row]) if c.numeric else c.text(row) for c in table.columns)
    return out.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return "" if isinstance(value, float) and math.isnan(value) else value
