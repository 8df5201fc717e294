"""The tasks of a plan as a table: one row a path (SPEC sections 3 and 4); imports no Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from flgui.text import format_time
from flgui.viewmodel.gantt_text import sent_text, waits
from flgui.viewmodel.moments import phase_brief, phase_words, phases_of
from flgui.viewmodel.table import Column, Table, decimals, fixed, number_column
from planner_core.network.model import Network
from planner_core.plan import FloatArray, IntArray, Plan

__all__ = ["moment_in", "tasks_table"]

_UNITS = {"µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
_FIGURES = 5


_MOMENTS: Final = {
    "Device start": "device_start",
    "Device end": "device_end",
    "Link start": "link_start",
    "Link end": "link_end",
    "ES start": "es_start",
    "ES end": "es_end",
}


def moment_in(plan: Plan, heading: str, path: int) -> float | None:
    """Return the moment in seconds that stands in a cell, None where the column holds something else."""
    name = _MOMENTS.get(heading.partition(",")[0])
    return None if name is None else float(getattr(plan.schedule, name)[path])


def tasks_table(network: Network, plan: Plan, phases: IntArray | None = None) -> Table:
    """Return the table of a plan's tasks, row p for path p; times in the unit of the makespan.

    A resource that a path leaves alone has nothing in its cells.

    Parameters
    ----------
    phases : (P,) int array, optional
        How far each path is at the time cursor: a column of its own.
    """
    s = plan.schedule
    unit = format_time(plan.makespan_s)[1]
    scale = _UNITS[unit]
    digits = min(9, decimals(np.array([plan.makespan_s / scale]), _FIGURES))
    places, least = fixed(digits), fixed(max(0, digits - 1))
    paths = np.arange(plan.paths)
    wait_link, wait_es = waits(plan)

    def time(heading: str, seconds: FloatArray, used: npt.NDArray[np.bool_], hint: str) -> Column:
        shown = np.where(used, seconds / scale, np.nan)
        return Column(f"{heading}, {unit}", shown, places, hint=hint, least=least)

    device, es = s.device_worker >= 0, s.es_worker >= 0
    columns = [
        Column("Path", paths, str, hint="Number of the fused-layer path"),
        _tile_column(plan),
        _cut_column(network, plan),
        time("Device start", s.device_start, device, "When the device begins the path's first layer"),
        time("Device end", s.device_end, device, "When the device ends the path's last layer before the cut"),
        time("Waits", wait_link, s.link_used, "From the end on the device to the start of the transfer"),
        time("Link start", s.link_start, s.link_used, "When the transfer begins"),
        time("Link end", s.link_end, s.link_used, "When the transfer ends"),
        number_column("Sent, kB", np.where(s.link_used, plan.bits / 8e3, np.nan), hint="1 kB is 1000 B"),
    ]
    if np.any(wait_es > 0):
        columns.append(time("ES waits", wait_es, es, "From the end of the transfer to a free ES worker"))
    columns += [
        time("ES start", s.es_start, es, "When the ES begins the path's first layer after the cut"),
        time("ES end", s.es_end, es, "When the ES ends the path's last fused layer"),
        number_column("Device, MFLOP", plan.device_flop / 1e6, hint="Work on the device, halo included"),
        number_column(
            "ES, MFLOP", plan.es_flop / 1e6, hint="Work of the fused layers on the ES, halo included"
        ),
    ]
    if phases is not None:
        now = Column("Now", phases, phase_words, numeric=False, hint="At the time cursor", brief=phase_brief)
        columns.insert(3, replace(now, later=phases_of(plan)))
    return Table(tuple(columns))


def _tile_column(plan: Plan) -> Column:
    rows, cols = np.divmod(np.arange(plan.paths), plan.cols)
    names = np.array([f"{r}, {c}" for r, c in zip(rows.tolist(), cols.tolist(), strict=True)])
    return Column("Tile", names, str, hint="Row and column, from 0", sort_key=np.arange(plan.paths))


def _cut_column(network: Network, plan: Plan) -> Column:
    def sent(o: int) -> str:
        return f"{sent_text(network, int(o)) or 'nothing'} (o {int(o)})"

    return Column(
        "Sends",
        plan.offload,
        sent,
        numeric=False,
        hint="What crosses the link, and the offloading layer o: layers before o run on the device",
        brief=lambda o: sent(o).rpartition("/")[2],  # o tells layers apart that end in the same word
    )
