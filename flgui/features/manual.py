"""Manual: a copy of MW's or BF's plan that the user changes path by path, timed at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.panels.message_bar import Message
from flgui.state.commands import SetManual
from flgui.text import TIMES, count
from planner_core.by_hand import Decision, decision_of, moved, split
from planner_core.plan import Method

__all__ = ["Manual"]

_STEPS = ("manual_earlier", "manual_later", "manual_cut_earlier", "manual_cut_later")


class Manual(QObject):
    """Copies, moves and splits; every step goes on the undo stack.

    Parameters
    ----------
    controller : Controller
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store = controller.store
        self._fitted = False
        gantt = controller.window.gantt
        gantt.copy_wanted.connect(self.copy)
        gantt.path_dragged.connect(self.move)
        controller.window.network.split_moved.connect(self.cut)
        actions = controller.window.actions_by_key
        for key, slot in (
            ("manual_copy_mw", self._on_copy_mw),
            ("manual_copy_bf", self._on_copy_bf),
            ("manual_drop", self.drop),
            ("show_manual", self._on_show),
            ("manual_earlier", self._on_earlier),
            ("manual_later", self._on_later),
            ("manual_cut_earlier", self._on_cut_earlier),
            ("manual_cut_later", self._on_cut_later),
        ):
            actions[key].triggered.connect(slot)
        store = self._store
        store.manual_changed.connect(self._on_manual)
        store.plans_changed.connect(self._refresh)
        store.selection_changed.connect(self._refresh)
        self._refresh()

    @Slot(str)
    def copy(self, method: str) -> None:
        """Copy the plan of MW or BF; it is shown in network and tiles from then on."""
        planset = self._store.planset
        plan = (
            next((p for m, p in planset.plans.items() if m == method), None) if planset is not None else None
        )
        if plan is None or self._store.stale:
            return
        decision = decision_of(self._store.scenario.network, plan)
        self._push(decision, f"Copy {method} to Manual")
        self._store.set_active("Manual")

    @Slot(int, int, int)
    def move(self, path: int, place: int, gesture: int = 0) -> None:
        """Put a path at another place of the order."""
        decision = self._store.manual
        if decision is not None:
            self._push(moved(decision, path, place), f"Move path {path}", gesture)

    @Slot(int, int)
    def cut(self, offload: int, gesture: int = 0) -> None:
        """Split the selected path at another layer."""
        decision, path = self._store.manual, self._path()
        if decision is not None and path is not None:
            self._push(split(decision, path, offload), f"Split path {path} elsewhere", gesture)

    @Slot()
    def drop(self) -> None:
        """Put the plan away."""
        self._push(None, "Put Manual away")

    def _push(self, decision: Decision | None, text: str, gesture: int = 0) -> None:
        if decision != self._store.manual or gesture:
            self._controller.undo_stack.push(SetManual(self._store, decision, text, gesture))

    def _step(self, by: int, cut: int) -> None:
        """Move the selected path by places, or its split by layers."""
        decision, path = self._store.manual, self._path()
        if decision is None or path is None:
            return
        if by:
            place = decision.order.index(path) + by
            self._push(moved(decision, path, place), f"Move path {path}")
        else:
            self.cut(decision.offload[path] + cut)

    def _path(self) -> int | None:
        """The selected path, if it is one of Manual's."""
        chosen = self._store.selection
        return chosen.path if chosen.method == "Manual" and self._store.manual_plan is not None else None

    @Slot()
    def _on_manual(self) -> None:
        """Say so when the scenario leaves no place for the plan."""
        decision, fits = self._store.manual, self._store.manual_plan is not None
        if decision is not None and self._fitted and not fits:
            tiles = f"{count(decision.paths, 'tile')}, {decision.rows}{TIMES}{decision.cols}"
            text = (
                f"It has τ {decision.tau} and {tiles}, which the scenario does not have. Undo brings it back."
            )
            self._controller.presenter.show_message(Message("warning", "Manual is put away.", text))
        self._fitted = fits
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        store, actions = self._store, self._controller.window.actions_by_key
        plans = store.planset.plans if store.planset is not None and not store.stale else {}
        known: tuple[tuple[str, Method], ...] = (("manual_copy_mw", "MW"), ("manual_copy_bf", "BF"))
        for key, method in known:
            actions[key].setEnabled(method in plans)
        for key in ("show_manual", "manual_drop"):
            actions[key].setEnabled(store.manual_plan is not None)
        for key in _STEPS:
            actions[key].setEnabled(self._path() is not None)

    @Slot()
    def _on_copy_mw(self) -> None:
        self.copy("MW")

    @Slot()
    def _on_copy_bf(self) -> None:
        self.copy("BF")

    @Slot()
    def _on_show(self) -> None:
        self._controller.activate("Manual")

    @Slot()
    def _on_earlier(self) -> None:
        self._step(-1, 0)

    @Slot()
    def _on_later(self) -> None:
        self._step(1, 0)

    @Slot()
    def _on_cut_earlier(self) -> None:
        self._step(0, -1)

    @Slot()
    def _on_cut_later(self) -> None:
        self._step(0, 1)
