"""The points of a sweep's charts as rows, and the commands that compute them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flgui.documents import Documents
from flgui.viewmodel.command import sweep_command_text
from flgui.viewmodel.sweep import points_of
from flgui.viewmodel.sweep_axes import Spec
from planner_core.figures import Figures
from planner_core.scenario import Scenario
from planner_core.sweep import columns
from planner_core.sweep_files import Row

__all__ = ["chart_commands", "chart_rows"]


def chart_rows(
    swept: Sequence[Scenario], spec: Spec, known: Callable[[Scenario], Figures | None]
) -> tuple[list[str], list[Row], int]:
    """Return columns and rows as `flplan sweep` writes them, and the number of points that are known.

    Where more than one scenario is swept, network and workers go in front.
    """
    vary, several = spec.vary(), len(swept) > 1
    rows: list[Row] = []
    points = 0
    for base in swept:
        system = base.system
        head = {
            "network": base.network.name,
            "device-workers": system.device_workers,
            "es-workers": system.es_workers,
        }
        for value, point in zip(vary.values, points_of(base, spec), strict=True):
            figures = known(point)
            if figures is not None:
                points += 1
                rows += [(head if several else {}) | {vary.column: value} | row for row in figures.rows]
    lead = ["network", "device-workers", "es-workers"] if several else []
    return [*lead, *columns([vary])], rows, points


def chart_commands(swept: Sequence[Scenario], spec: Spec, documents: Documents) -> str:
    """Return the commands that write the same points, one for each scenario."""
    commands = []
    for base in swept:
        source = documents.source_of(base.network)
        commands.append(
            sweep_command_text(
                base,
                source.argument,
                (spec.text, spec.axis.field),
                f"{base.network.name}-sweep.csv",
                source.fold,
                source.input_shapes,
            )
        )
    return " && ".join(commands)
