"""Sweeping: the workspace that plans over the link rate, or over anything else that can be varied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import read, refusal, title_of
from flgui.features.sweep_files import chart_commands, chart_rows
from flgui.features.sweep_words import (
    facts_text,
    is_fixed,
    open_text,
    preset_of,
    proof_text,
    same_network,
    with_workers,
    workers_of,
)
from flgui.text import count, file_stem
from flgui.viewmodel.sweep import ChartModel, chart_model, points_of, to_refine
from flgui.viewmodel.sweep_axes import PAPER, Spec, scenario_with
from flgui.viewmodel.sweep_table import sweep_table
from flgui.views.sweep import SweepPage
from planner_core.errors import InfeasibleError, InputError
from planner_core.network.model import Network
from planner_core.plan import METHODS
from planner_core.scenario import Scenario
from planner_core.sweep_files import write_rows
from planner_core.system import WORKER_PRESETS, WorkerPreset

__all__ = ["TITLE", "Sweeping"]

TITLE = "Sweep"
_PAPERS_NETWORKS = ("alexnet", "squeezenet", "yolov2")
_PAPERS_CAP = 36
_SECONDS = 5.0
"""Limit of one point; what is not proven by then is marked as open."""
_DRAWN_MS = 120
_COARSE = 6
_KINDS = "CSV table (*.csv);;JSON (*.json)"


class Sweeping(QObject):
    """Fills the charts in the background while the workspace is open, and shows the scenario in them.

    Parameters
    ----------
    controller : Controller
    dialogs : Dialogs
        Asks for the file of an export.
    """

    def __init__(self, controller: Controller, dialogs: Dialogs) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store = controller.store
        self._window = controller.window
        self._background = controller.runner.background
        self.dialogs = dialogs
        self._spec = Spec.beginning("rate-mbps", len(self._store.scenario.network))
        self._paper = self._stopped = False
        self._networks: tuple[Network, ...] = ()
        self._extra: dict[tuple[Scenario, Spec], list[float]] = {}
        self._charts: list[ChartModel] = []
        self.page = SweepPage()
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(_DRAWN_MS)
        self._drawing.timeout.connect(self._draw)
        self._connect()

    def _connect(self) -> None:
        page, store = self.page, self._store
        page.shown.connect(self._begin)
        self._window.about_to_close.connect(page.release)
        page.value_chosen.connect(self._on_value)
        page.bar.axis_chosen.connect(self._on_axis)
        page.bar.field_edited.connect(self._on_field)
        page.bar.workers_chosen.connect(self._on_workers)
        page.bar.paper_toggled.connect(self.show_paper)
        page.bar.stop_clicked.connect(self._on_stop)
        page.bar.export_clicked.connect(self._on_export)
        store.scenario_changed.connect(self._on_scenario)
        store.plans_changed.connect(self._show_mark)
        self._background.arrived.connect(self._on_arrived)
        self._window.workspace_changed.connect(self._on_workspace)
        self._window.status.copy_requested.connect(self._on_copied)

    # What is swept

    @property
    def charts(self) -> Sequence[ChartModel]:
        """What is shown."""
        return self._charts

    @property
    def complete(self) -> bool:
        """Whether everything that the workspace shows is planned and drawn."""
        return not self._drawing.isActive() and not self._missing()

    def _swept(self) -> list[tuple[str, Scenario]]:
        """(title, scenario) of every chart; the varied field is at its lower end, so that it decides nothing."""
        scenario = self._store.scenario
        found = [scenario]
        if self._paper:
            networks = [scenario.network if same_network(n, scenario.network) else n for n in self._networks]
            found = [Scenario(network, scenario.system, max_paths=self._cap()) for network in networks]
        pinned = (scenario_with(s, self._spec.axis, self._spec.low) for s in found)
        return [(title_of(s.network.name), s) for s in pinned]

    def _other(self) -> WorkerPreset | None:
        """The worker model whose speed-ups the paper's table states besides the scenario's."""
        shared, each = WORKER_PRESETS[:2]
        if not self._paper:
            return None
        return shared if workers_of(self._store.scenario) == workers_of(each) else each

    def _missing(self) -> list[Scenario]:
        """Points that are still to be planned: a few of each chart first, the other worker model last."""
        first: list[Scenario] = []
        then: list[Scenario] = []
        last: list[Scenario] = []
        other = self._other()
        for _, base in self._swept():
            points = points_of(base, self._spec)
            first += points[::_COARSE]
            then += points
            last += [scenario_with(base, self._spec.axis, x) for x in self._extra.get((base, self._spec), ())]
            if other is not None:
                last += points_of(with_workers(base, other), self._spec)
        wanted = dict.fromkeys(first + then + last)
        background = self._background
        return [s for s in wanted if not background.knows(s, _SECONDS) and background.failure(s) is None]

    @Slot()
    def _begin(self) -> None:
        """Ask for what is missing, and show what is known."""
        if not self.page.isVisible():
            self._background.want("sweep", ())
            return
        self._background.want("sweep", () if self._stopped else self._missing(), _SECONDS)
        self._draw()

    # Showing

    @Slot()
    def _draw(self) -> None:
        if not self.page.isVisible():
            return
        background = self._background
        swept, other = self._swept(), self._other()
        self._charts = [self._chart(title, base, self._extra_of(base)) for title, base in swept]
        if self._refine(swept):
            background.want("sweep", () if self._stopped else self._missing(), _SECONDS)
        others = None
        if other is not None:
            others = other.name, [self._chart(t, with_workers(b, other), ()) for t, b in swept]
        page = self.page
        page.bar.set_spec(self._spec, self._paper)
        page.bar.set_workers(preset_of(self._store.scenario))
        page.set_charts(self._charts)
        page.set_table(sweep_table(self._charts, others))
        facts = facts_text(self._store.scenario, self._spec.axis.field, self._cap())
        page.legend.set_facts(facts, open_text(self._charts), self._fixed())
        self._show_progress()
        self._show_mark()

    def _chart(self, title: str, base: Scenario, extra: Sequence[float]) -> ChartModel:
        background = self._background
        return chart_model(base, self._spec, title, background.figures, background.failure, extra)

    def _extra_of(self, base: Scenario) -> tuple[float, ...]:
        return tuple(self._extra.get((base, self._spec), ()))

    def _refine(self, swept: Sequence[tuple[str, Scenario]]) -> bool:
        """Note the values that bracket the crossings of MW more closely; returns whether any is to be planned."""
        wanted = False
        known = self._background.figures
        for k, (title, base) in enumerate(swept):
            extra = self._extra.setdefault((base, self._spec), [])
            # Values that are on their way come first; those that are known already lead to the next at once.
            while all(known(scenario_with(base, self._spec.axis, x)) is not None for x in extra):
                values = to_refine(base, self._charts[k], known, tuple(extra))
                if not values:
                    break
                extra.extend(values)
                self._charts[k] = self._chart(title, base, self._extra_of(base))
            else:
                wanted = True
        return wanted

    def _cap(self) -> int | None:
        """Largest P of the paper's charts; None for the scenario's own chart."""
        return (self._store.scenario.max_paths or _PAPERS_CAP) if self._paper else None

    def _fixed(self) -> bool:
        """Whether MW and BF search nothing."""
        return not self._paper and is_fixed(self._store.scenario, self._spec.axis.field)

    def _show_progress(self) -> None:
        missing = self._missing()
        total = sum(len(chart.x) for chart in self._charts)
        done = sum(chart.done for chart in self._charts)
        text = f"{done} of {total} points" if missing else ""
        if missing and done == total:
            text = f"{count(len(missing), 'point')} more for the table"
        self.page.bar.set_progress(text, ("Go on" if self._stopped else "Stop") if missing else "")
        if self._window.workspace != TITLE:
            return
        state = "Stopped" if self._stopped and missing else "Sweeping" if missing else "Up to date"
        busy = bool(missing) and not self._stopped
        swept = [base for _, base in self._swept()]
        command = chart_commands(swept, self._spec, self._controller.documents)
        proof = f"{done} of {count(total, 'point')} · {proof_text(self._charts)}"
        self._window.status.cover("busy" if busy else "ready", state, proof, command)

    @Slot()
    def _show_mark(self) -> None:
        """Mark the scenario in its chart, with its plans where they are its own."""
        if not self.page.isVisible():
            return
        store, axis = self._store, self._spec.axis
        scenario, planset = store.scenario, store.planset
        plans = planset.plans if planset is not None and not store.stale else {}
        best = plans.get("BF")
        value: float | None
        if axis.field == "tau":
            value = scenario.tau or (best.tau if best is not None else None)
        elif axis.field == "paths":
            value = scenario.paths or (best.paths if best is not None else None)
        else:
            value = axis.shown(getattr(scenario.system, axis.field))
        # The paper's charts search tau and P, whatever the scenario does.
        searched = scenario.tau is None and scenario.paths is None and scenario.grid is None
        own = searched or not self._paper
        dots = tuple((m, plans[m].makespan_s) for m in METHODS if m in plans) if own else ()
        for chart, (_, base) in zip(self.page.charts, self._swept(), strict=False):
            same = same_network(base.network, scenario.network)
            chart.set_mark(value if same else None, dots if same else ())

    # Hands

    @Slot(bool)
    def show_paper(self, paper: bool) -> None:
        """Show the paper's three charts, or the scenario's own."""
        if paper and not self._networks:
            opened = (read(name, fold=True) for name in _PAPERS_NETWORKS)
            self._networks = tuple(network for network in opened if isinstance(network, Network))
        self._paper = paper
        self._spec = PAPER if paper else self._spec
        self._stopped = False
        self.page.set_note("")
        self._begin()

    @Slot(str)
    def _on_axis(self, key: str) -> None:
        self._take(Spec.beginning(key, len(self._store.scenario.network)))

    @Slot(str, object)
    def _on_field(self, name: str, value: Any) -> None:
        self._take(replace(self._spec, **{name: value}))

    def _take(self, spec: Spec) -> None:
        """Sweep something else; a sweep that cannot be made marks its field and changes nothing."""
        try:
            spec.check()
            scenario_with(self._store.scenario, spec.axis, spec.high)
            points_of(scenario_with(self._store.scenario, spec.axis, spec.low), spec)
        except InfeasibleError as error:
            self.page.bar.refuse("to", str(error).replace("tau ", "τ "))
            return
        except InputError as error:
            self.page.bar.refuse(error.where or "to", error.cause)
            return
        self._spec, self._stopped = spec, False
        self.page.set_note("")
        self._begin()

    @Slot(float, int)
    def _on_value(self, value: float, gesture: int) -> None:
        self._controller.edit(self._spec.axis.field, self._spec.axis.si(value), gesture)

    @Slot(int)
    def _on_workers(self, preset: int) -> None:
        chosen = WORKER_PRESETS[preset]
        self._controller.edit("workers", (chosen.device_workers, chosen.es_workers))

    @Slot()
    def _on_stop(self) -> None:
        """Stop, or go on; points that failed are tried again."""
        self._stopped = not self._stopped
        if not self._stopped:
            self._background.forget_failures()
        self._begin()

    @Slot()
    def _on_export(self) -> None:
        settings, swept = self._controller.settings, self._swept()
        name = "paper" if self._paper else file_stem(swept[0][1].network.name)
        proposal = str(Path(settings.folder) / f"{name}-sweep.csv")
        path = self.dialogs.save_file("Export the sweep", proposal, _KINDS, ".csv")
        if path is None:
            return
        settings.folder = str(path.parent)
        bases = [base for _, base in swept]
        other = self._other()
        if other is not None:
            bases += [with_workers(base, other) for base in bases]
        columns, rows, known = chart_rows(bases, self._spec, self._background.figures)
        try:
            write_rows(path, columns, rows)
        except InputError as error:
            said = refusal(str(path), error, writing=True)
            self.page.set_note(f"{said.name} was not written. {said.cause}")
            return
        self.page.set_note(f"{path.name} was written: {count(known, 'point')}.")

    # What changes elsewhere

    @Slot()
    def _on_scenario(self) -> None:
        """Sweep the new scenario; nothing is new where only the varied value has changed."""
        if not self.page.isVisible():
            self._background.want("sweep", ())
            return
        if self._spec.key == "tau" and self._spec.high > len(self._store.scenario.network):
            self._spec = Spec.beginning("tau", len(self._store.scenario.network))
        self._begin()

    @Slot()
    def _on_arrived(self) -> None:
        if self.page.isVisible() and not self._drawing.isActive():
            self._drawing.start()

    @Slot(str)
    def _on_workspace(self, title: str) -> None:
        if title == TITLE:
            self._show_progress()
        else:
            self._window.status.uncover()

    @Slot()
    def _on_copied(self) -> None:
        if self._window.workspace == TITLE:
            self.page.set_note("The command was copied.")
