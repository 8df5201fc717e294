"""Shows the drawing and the plan of its last valid network on the page "Draw"."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QSignalBlocker, Slot

from flgui.documents import title_of
from flgui.features.drawing_page import DrawingPage
from flgui.panels.editor_bar import PlanLine
from flgui.state.drawing import Drawing
from flgui.state.store import Store
from flgui.text import count, format_number
from flgui.viewmodel.drawn_layers import drawn_rows, drawn_table
from flgui.viewmodel.editor import editor_model, problem_rows
from flgui.viewmodel.inspector import inspect, overview
from flgui.widgets.badge import Badge
from planner_core.draft import Problem
from planner_core.plan import METHODS

__all__ = ["DrawingPresenter"]


class DrawingPresenter(QObject):
    """Listens to the drawing and the store and writes to the page."""

    def __init__(self, drawing: Drawing, store: Store, page: DrawingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._drawing = drawing
        self._store = store
        self._page = page
        drawing.changed.connect(self.show_drawing)
        drawing.selection_changed.connect(self._on_selection)
        drawing.file_changed.connect(self._show_title)
        page.bottom.tabs.currentChanged.connect(self._show_table)
        page.table.row_picked.connect(self._on_row)
        store.plans_changed.connect(self.show_plan)
        store.scenario_changed.connect(self.show_plan)

    @Slot()
    def show_drawing(self) -> None:
        """Show all of the drawing."""
        draft, known = self._drawing.draft, self._drawing.known
        page = self._page
        page.canvas.set_model(editor_model(draft, known))
        empty = "No problems." if draft.layers else "Nothing is drawn yet."
        page.problems.set_rows(problem_rows(draft, known), empty)
        page.bottom.set_page_note(0, len(known.problems))
        self._show_table()
        self._show_title()
        self._on_selection()
        self.show_plan()

    @Slot()
    def _show_table(self) -> None:
        """Fill the table of layers; while it is not to be seen it is left as it was."""
        if self._page.bottom.tabs.currentIndex() != 1:
            return
        drawing, table = self._drawing, self._page.table
        bits = self._store.scenario.system.bits_per_element
        with QSignalBlocker(table):
            table.set_table(drawn_table(drawing.draft, drawing.known, bits))
            table.fit_columns()
        self._pick()

    def _pick(self) -> None:
        rows, chosen = drawn_rows(self._drawing.draft), self._drawing.selection
        one = next(iter(chosen)) if len(chosen) == 1 else None
        if self._page.bottom.tabs.currentIndex() == 1:
            self._page.table.pick(rows.index(one) if one in rows else None)

    @Slot(object)
    def _on_row(self, row: object) -> None:
        if isinstance(row, int):
            node = drawn_rows(self._drawing.draft)[row]
            self._drawing.select([node])
            self._page.canvas.look_at(self._page.canvas.nodes[node].body())

    @Slot()
    def _show_title(self) -> None:
        draft, known = self._drawing.draft, self._drawing.known
        layers = draft.layers
        note = count(layers, "layer")
        known_layers = sum(draft.by_id[i].kind != "input" for i in known.facts)
        if known_layers < layers:
            note += f", {known_layers} known"
        self._page.bar.set_title(title_of(draft.name), self._drawing.modified, note)
        folds = any(node.kind in ("pointwise", "softmax", "lrn", "flatten") for node in draft.nodes)
        self._page.bar.set_possible(tidy=bool(draft.nodes), fold=folds and not known.problems and layers > 0)

    @Slot()
    def _on_selection(self) -> None:
        drawing, page = self._drawing, self._page
        chosen = drawing.selection
        page.canvas.set_selection(chosen)
        if len(chosen) == 1:
            (one,) = chosen
            bits = self._store.scenario.system.bits_per_element
            page.inspector.set_node(inspect(drawing.draft, drawing.known, one, bits))
        else:
            shown = overview(drawing.draft, drawing.known, sorted(chosen))
            if not chosen:
                shown = replace(shown, title=title_of(drawing.draft.name))
            page.inspector.set_overview(shown, not chosen)
        self._pick()
        page.show_problem(self._problem_shown())
        page.refresh_map()

    def _problem_shown(self) -> Problem | None:
        """Return the problem that the callout explains: that of a selected node, else the first of shapes."""
        problems = self._drawing.known.problems
        chosen = self._drawing.selection
        picked = [p for p in problems if p.node in chosen]
        blamed = [p for p in problems if any(node in chosen for node, _, _ in p.fields)]
        shapes = [p for p in problems if p.fields or any(fix.action == "detach" for fix in p.fixes)]
        return next(iter([*picked, *blamed, *shapes]), None)

    @Slot()
    def show_plan(self) -> None:
        """Show the makespans: those of the drawing, or of the last valid one while it has problems."""
        self._page.bar.set_plan(self._plan_line())
        self._page.invitation.set_network(title_of(self._store.scenario.network.name))

    def _plan_line(self) -> PlanLine:
        drawing, store = self._drawing, self._store
        draft, known = drawing.draft, drawing.known
        if not draft.nodes:
            return PlanLine("")
        problems = len(known.problems)
        badge = None
        if problems:
            badge = Badge("error", f"planning paused, {count(problems, 'error')}")
        elif not draft.layers:
            badge = Badge("info", "planned from the first layer on")
        elif store.stale:
            badge = Badge("info", "planning")
        planset = store.planset
        if planset is None or planset.scenario.network.name != draft.name:
            return PlanLine("", badge=badge)
        plans = planset.plans
        times = tuple((m, format_number(plans[m].makespan_s * 1e3)) for m in METHODS if m in plans)
        caption = "Last valid plan, ms" if problems or not draft.layers else "Plan, ms"
        return PlanLine(caption, times, badge, store.stale)
