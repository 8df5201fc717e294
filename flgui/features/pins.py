"""Pins: scenarios that are kept with their plans, listed, and opened again."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from flgui.controller import Controller
from flgui.panels.pins_list import PinsList
from flgui.state.commands import SetPins
from flgui.state.pins import (
    Pin,
    Pins,
    annotated,
    default_note,
    free_name,
    moved,
    proposed_name,
    renamed,
    without,
)
from flgui.viewmodel.pins import pin_rows

__all__ = ["PinsFeature"]


class PinsFeature(QObject):
    """The pin button and the tab "Pins".

    Parameters
    ----------
    controller : Controller
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store = controller.store
        self.list = PinsList()
        window = controller.window
        window.bottom.add_page("Pins", self.list, self.list.aside)
        window.add_themed(self.list)
        window.actions_by_key["pin"].triggered.connect(self.pin)
        self.list.wanted.connect(self.pin)
        self.list.opened.connect(self.open)
        self.list.renamed.connect(self.rename)
        self.list.annotated.connect(self.annotate)
        self.list.deleted.connect(self.delete)
        self.list.moved.connect(self.move)
        self._store.pins_changed.connect(self._on_pins)
        self._store.plans_changed.connect(self._on_plans)
        self._on_pins()
        self._on_plans()

    @Slot()
    def pin(self) -> None:
        """Keep the scenario with its plans, as the last pin."""
        store = self._store
        planset = store.planset
        if store.stale or planset is None:
            return
        known = store.active in planset.plans
        method = store.active if known else "BF" if "BF" in planset.plans else next(iter(planset.plans))
        paths = store.selected_paths if known else ()
        name = free_name(proposed_name(store.scenario), store.pins)
        last = paths[-1] if paths else None
        pin = Pin(name, default_note(planset), planset, method, last, store.origin, paths[:-1])
        self._push((*store.pins, pin), f"Pin {name}")
        self.list.set_current(len(store.pins) - 1)

    @Slot(int)
    def open(self, index: int) -> None:
        """Show a pin's scenario and plans again, with the paths that were selected.

        The index behind the last pin is the scenario that is open already.
        """
        if index == len(self._store.pins):
            self._controller.window.set_workspace("Plan")
            return
        pin = self._store.pins[index]
        self._controller.show_plans(pin.planset, f"Open {pin.name}", pin.origin)
        self._store.set_active(pin.method)
        self._store.select(pin.method, pin.path, pin.more)

    @Slot(int, str)
    def rename(self, index: int, name: str) -> None:
        """Give a pin another name."""
        self._push(renamed(self._store.pins, index, name), "Rename a pin")

    @Slot(int, str)
    def annotate(self, index: int, note: str) -> None:
        """Give a pin another sentence."""
        self._push(annotated(self._store.pins, index, note), "Edit the sentence of a pin")

    @Slot(int)
    def delete(self, index: int) -> None:
        """Take a pin away."""
        self._push(without(self._store.pins, index), f"Delete {self._store.pins[index].name}")

    @Slot(int, int)
    def move(self, index: int, to: int) -> None:
        """Put a pin at another place."""
        self._push(moved(self._store.pins, index, to), f"Move {self._store.pins[index].name}")

    def _push(self, pins: Pins, text: str) -> None:
        self._controller.undo_stack.push(SetPins(self._store, pins, text))

    @Slot()
    def _on_pins(self) -> None:
        self.list.set_pins(pin_rows(self._store.pins))
        self._mark_open()

    @Slot()
    def _on_plans(self) -> None:
        can = not self._store.stale and self._store.planset is not None
        self._controller.window.actions_by_key["pin"].setEnabled(can)
        self.list.set_can_pin(can)
        self._mark_open()

    def _mark_open(self) -> None:
        here = [i for i, pin in enumerate(self._store.pins) if pin.scenario == self._store.scenario]
        self.list.set_open(here[0] if here else None)
