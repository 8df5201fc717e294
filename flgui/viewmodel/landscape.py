"""The landscape of makespans over tau and P as arrays: kind and place on the ramp of every cell; imports no Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from flgui.text import TIMES, count, format_percent, format_time, join
from planner_core.network.model import Network

if TYPE_CHECKING:
    from planner_core.landscape import Landscape

__all__ = ["EMPTY", "FASTER", "SLOWER", "WAITING", "CellTip", "LandscapeModel", "Measure", "landscape_model"]

Measure: TypeAlias = Literal["BF", "MW"]
Place: TypeAlias = tuple[int, int]
FloatArray: TypeAlias = npt.NDArray[np.float64]

EMPTY, WAITING, FASTER, SLOWER = range(4)
"""Kinds of cells: cannot be cut, not planned yet, at most NFL's time, slower than NFL."""

_SAME = 1e-9
_TICKS = 3


@dataclass(frozen=True, slots=True)
class CellTip:
    """What a cell says: heading, (name, value, remark) lines, and a quieter last line."""

    title: str
    lines: tuple[tuple[str, str, str], ...]
    hint: str


@dataclass(frozen=True, eq=False)
class LandscapeModel:
    """One landscape for one measure; rows are tau - 1, columns P - 1.

    Parameters
    ----------
    measure : "BF" or "MW"
    names : tuple of str
        Layer of each row.
    cell : (rows, columns) int array
        Number of the cell in the landscape, -1 where it cannot be cut.
    grid : (rows, columns, 2) int array
        Rows and columns of the tiles.
    bf, mw, bound : (rows, columns) float arrays
        Seconds; NaN where not planned yet.
    kind : (rows, columns) int array
        EMPTY, WAITING, FASTER or SLOWER.
    ramp : (rows, columns) float array
        0 the best cell, 1 NFL, by logarithm; for SLOWER 0 NFL and 1 the slowest.
    unproven : (rows, columns) bool array
        Whether BF's bound is still open.
    nfl_s : float or None
        Makespan of NFL; None while it is not known.
    best : (row, column) or None
        The least makespan of the measure; the current cell among equals.
    current : (row, column) or None
        The cell of the plan that is shown elsewhere.
    done, total : int
        Cells planned, and all that can be cut.
    beating : int
        Cells that are faster than NFL.
    beyond : (tau, P, seconds) or None
        The measure's own plan, where its P is larger than any column.
    """

    measure: Measure
    names: tuple[str, ...]
    cell: npt.NDArray[np.int64]
    grid: npt.NDArray[np.int64]
    bf: FloatArray
    mw: FloatArray
    bound: FloatArray
    kind: npt.NDArray[np.int64]
    ramp: FloatArray
    unproven: npt.NDArray[np.bool_]
    nfl_s: float | None
    best: Place | None
    current: Place | None
    done: int
    total: int
    beating: int
    beyond: tuple[int, int, float] | None = None

    @property
    def rows(self) -> int:
        """Number of layers."""
        return len(self.names)

    @property
    def columns(self) -> int:
        """Largest P."""
        return int(self.cell.shape[1])

    @property
    def values(self) -> FloatArray:
        """Seconds of the measure."""
        return self.bf if self.measure == "BF" else self.mw

    @property
    def best_s(self) -> float | None:
        """Least makespan of the measure so far."""
        return float(self.values[self.best]) if self.best is not None else None

    @property
    def vectors_from(self) -> int:
        """First of the last rows that can be cut into one tile only; `rows` where there is none."""
        several = np.flatnonzero((self.cell[:, 1:] >= 0).any(axis=1))
        return int(several[-1]) + 1 if len(several) else 0

    def progress(self) -> str:
        """Say how many cells have a value of their own: BF's proof may need far fewer."""
        return f"{self.done} of {count(self.total, 'cell')} drawn"

    def summary(self) -> str:
        """Say how many cells beat NFL, once all are known."""
        if self.done < self.total:
            return ""
        return f"{self.beating} of {count(self.total, 'cell')} beat NFL"

    def beyond_text(self) -> str:
        """Say what the search has found past the last column, or nothing."""
        if self.beyond is None:
            return ""
        tau, paths, seconds = self.beyond
        return f"not shown: {join(format_time(seconds))}, τ {tau} · P {paths}"

    def can_choose(self, place: Place) -> bool:
        """Whether (row, column) is a cell."""
        row, column = place
        return 0 <= row < self.rows and 0 <= column < self.columns and bool(self.cell[place] >= 0)

    def beside(self, place: Place, down: int, right: int) -> Place:
        """Return the nearest cell in a direction: along the row, or in the next row at the nearest P."""
        row, column = place
        if right:
            found = np.flatnonzero(self.cell[row] >= 0)
            found = found[found > column] if right > 0 else found[found < column][::-1]
            return (row, int(found[0])) if len(found) else place
        row += down
        if not 0 <= row < self.rows:
            return place
        found = np.flatnonzero(self.cell[row] >= 0)
        return (row, int(found[np.abs(found - column).argmin()])) if len(found) else place

    def ticks(self) -> tuple[tuple[float, float], ...]:
        """(place on the ramp, seconds) between best and NFL, evenly spaced, without the ends."""
        best, nfl = self.best_s, self.nfl_s
        if best is None or nfl is None or nfl <= best * (1 + _SAME):
            return ()
        shares = [i / _TICKS for i in range(1, _TICKS)]
        return tuple((share, best * (nfl / best) ** share) for share in shares)

    def tip(self, place: Place) -> CellTip:
        """Return what the tooltip of a cell says."""
        row, column = place
        fused = f"{count(row + 1, 'layer')} fused ({self.names[row]})"
        tiles = count(column + 1, "tile")
        if not self.can_choose(place):
            return CellTip(f"{fused}, {tiles}", (), f"The maps cannot be cut into {tiles}")
        rows, cols = self.grid[place].tolist()
        hint = f"Click to set τ {row + 1}, P {column + 1}"
        if place == self.current:
            hint = "The plan shown"
        title = f"{fused}, {tiles} {rows}{TIMES}{cols}" if column else f"{fused}, {tiles}"
        if np.isnan(self.bf[place]):
            return CellTip(title, (("", "not planned yet", ""),), hint)
        lines = [
            ("BF", join(format_time(float(self.bf[place]))), self._remark(float(self.bf[place]))),
        ]
        if not np.isnan(self.mw[place]):
            lines.append(
                ("MW", join(format_time(float(self.mw[place]))), self._remark(float(self.mw[place])))
            )
        if self.unproven[place]:
            lines.append(("", join(format_time(float(self.bound[place]))), "proven lower bound of BF"))
        return CellTip(title, tuple(lines), hint)

    def _remark(self, seconds: float) -> str:
        if self.nfl_s is not None and seconds > self.nfl_s * (1 + _SAME):
            return "slower than NFL"
        best = float(np.nanmin(self.bf))
        above = seconds / best - 1
        if above <= _SAME:
            return "the best" if self.done == self.total else "the best so far"
        return f"+{format_percent(above, 2 if above < 0.1 else 3)} over the best"


def landscape_model(
    network: Network,
    found: Landscape,
    nfl_s: float | None,
    measure: Measure = "BF",
    current: tuple[int, int, int] | None = None,
    beyond: tuple[int, int, float] | None = None,
) -> LandscapeModel:
    """Lay a landscape out as a matrix.

    Parameters
    ----------
    network : Network
    found : Landscape
        As far as it is filled.
    nfl_s : float or None
        Makespan of NFL, when a plan has said it; else the landscape's own last row at P 1 is taken.
    current : (tau, rows, cols), optional
        Of the plan that is shown elsewhere.
    beyond : (tau, P, seconds), optional
        The measure's own plan, where its P is larger than the landscape goes.
    """
    shape = (len(network), int(found.paths.max()))
    at = (found.tau - 1, found.paths - 1)

    def spread(values: Any, empty: Any, dtype: Any = np.float64) -> Any:
        matrix = np.full(shape, empty, dtype)
        matrix[at] = values
        return matrix

    cell = spread(np.arange(len(found.tau)), -1, np.int64)
    bf, mw, bound = (spread(v, np.nan) for v in (found.bf, found.mw, found.bound))
    values = bf if measure == "BF" else mw
    if nfl_s is None and not np.isnan(bf[-1, 0]):
        nfl_s = float(bf[-1, 0])
    place = None
    if current is not None and current[0] <= shape[0] and current[1] * current[2] <= shape[1]:
        place = (current[0] - 1, current[1] * current[2] - 1)
        number = int(cell[place])
        if number < 0 or (int(found.rows[number]), int(found.cols[number])) != current[1:]:
            place = None  # a grid that the user chose is not the cell's
    best = _least(values, place)
    kind, ramp = _graded(cell, values, best, nfl_s)
    known = ~np.isnan(found.bf)
    return LandscapeModel(
        measure=measure,
        names=tuple(layer.name for layer in network.layers),
        cell=cell,
        grid=np.stack([spread(found.rows, 0, np.int64), spread(found.cols, 0, np.int64)], axis=-1),
        bf=bf,
        mw=mw,
        bound=bound,
        kind=kind,
        ramp=ramp,
        unproven=spread(known & ~found.proven, False, np.bool_),
        nfl_s=nfl_s,
        best=best,
        current=place,
        done=int(known.sum()),
        total=len(found.tau),
        beating=int((values < nfl_s * (1 - _SAME)).sum()) if nfl_s is not None else 0,
        beyond=beyond,
    )


def _least(values: FloatArray, current: Place | None) -> Place | None:
    if np.isnan(values).all():
        return None
    least = np.nanmin(values)
    if current is not None and values[current] <= least * (1 + _SAME):
        return current
    row, column = np.unravel_index(int(np.nanargmin(values)), values.shape)
    return int(row), int(column)


def _graded(
    cell: npt.NDArray[np.int64], values: FloatArray, best: Place | None, nfl_s: float | None
) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return the kind of each cell and its place on its ramp."""
    kind = np.where(cell >= 0, WAITING, EMPTY)
    ramp = np.zeros(cell.shape)
    if best is None:
        return kind, ramp
    known = ~np.isnan(values)
    least, most = values[best], np.nanmax(values)
    reference = nfl_s if nfl_s is not None else most
    slower = known & (np.nan_to_num(values) > reference * (1 + _SAME))
    kind[known] = FASTER
    kind[slower] = SLOWER
    faster = kind == FASTER
    ramp[faster] = _log_share(values[faster], float(least), float(reference))
    ramp[slower] = _log_share(values[slower], float(reference), float(most))
    return kind, ramp


def _log_share(values: FloatArray, low: float, high: float) -> FloatArray:
    if low <= 0 or high <= low * (1 + _SAME):
        return np.zeros(values.shape)
    share: FloatArray = np.clip(np.log(values / low) / np.log(high / low), 0.0, 1.0)
    return share
