"""Drawing: the workspace "Draw", and what its gestures do to the draft."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from PySide6.QtCore import QObject, QPointF, Slot

from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.features.arranging import MANY, Arranger
from flgui.features.drawing_files import DrawingFiles
from flgui.features.drawing_page import DrawingPage
from flgui.features.drawing_presenter import DrawingPresenter
from flgui.features.tidying import graph_of, tidied
from flgui.layout.graph import Skeleton
from flgui.panels.message_bar import Message
from flgui.state.drawing import Drawing, EditDraft, Sheet
from flgui.state.edits import capitalised, carry_over
from flgui.viewmodel.editor import choices
from flgui.views.editor.style import COLUMN, NODE_HEIGHT, NODE_WIDTH, PITCH
from planner_core.draft import Draft, Fix, infer
from planner_core.draft import edits as e
from planner_core.draft.convert import draft_of, network_of
from planner_core.errors import InputError
from planner_core.network.folding import fold

__all__ = ["DrawingFeature"]


class DrawingFeature(QObject):
    """Everything that can be done to a drawing; each edit is a step of the window's undo stack."""

    def __init__(self, controller: Controller, dialogs: Dialogs, arranger: Arranger) -> None:
        super().__init__(controller)
        self._controller = controller
        self.drawing = Drawing(self)
        self.page = DrawingPage()
        self._presenter = DrawingPresenter(self.drawing, controller.store, self.page, self)
        self.files = DrawingFiles(controller, dialogs, self)
        self.arranger = arranger
        self._tidying: tuple[int, Draft] = (0, self.drawing.draft)
        self._edge: tuple[int, int] | None = None  # head and port that the palette inserts at
        self._connect()
        self._presenter.show_drawing()

    def _connect(self) -> None:
        canvas, page = self.page.canvas, self.page
        canvas.select_asked.connect(self._on_select)
        canvas.move_asked.connect(self._on_move)
        canvas.connect_asked.connect(self._on_connect)
        canvas.replug_asked.connect(self._on_replug)
        canvas.drop_asked.connect(self._on_drop)
        canvas.drop_on_edge_asked.connect(self._on_drop_on_edge)
        canvas.insert_asked.connect(self._on_insert)
        canvas.plus_asked.connect(self._on_plus)
        canvas.add_asked.connect(self._on_add)
        canvas.edit_asked.connect(self._on_edit)
        canvas.rename_asked.connect(self._on_rename_asked)
        page.palette_pane.chosen.connect(self._on_chosen)
        page.palette_pane.left.connect(self._end_plus)
        page.inspector.field_edited.connect(self._on_field)
        page.inspector.renamed.connect(self._on_renamed)
        page.inspector.kind_chosen.connect(self._on_kind)
        page.problems.node_chosen.connect(self._on_problem)
        page.problems.fix_chosen.connect(self._on_fix)
        page.callout.fix_chosen.connect(self._on_fix)
        page.bar.tidy_asked.connect(self.tidy)
        page.bar.fold_asked.connect(self._on_fold)
        page.invitation.new_asked.connect(self.files.new)
        page.invitation.copy_asked.connect(self.files.edit_copy)

    # Commands

    def commit(self, draft: Draft, text: str, gesture: int = 0, plans: bool = True) -> None:
        """Make another draft the drawing, as one step of undo; a whole one is planned at once.

        `plans` False is for edits that change no network.
        """
        before = self.drawing.sheet
        self.put(Sheet(draft, before.number), text, gesture, plans)

    def put(self, after: Sheet, text: str, gesture: int = 0, plans: bool = True) -> None:
        """Make another sheet the drawing."""
        before, store = self.drawing.sheet, self._controller.store
        if after == before:
            return
        self.page.messages.set_message(None)
        scenarios = None
        if plans and after.draft.layers:
            known = infer(after.draft)
            if not known.problems and any(node.kind == "input" for node in after.draft.nodes):
                network = network_of(after.draft, known)
                if network != store.scenario.network:
                    scenarios = (store.scenario, carry_over(store.scenario, network).scenario)
        command = EditDraft(self.drawing, store, (before, after), scenarios, text, gesture)
        self._controller.undo_stack.push(command)

    def attempt(self, edit: Callable[[], Draft], text: str, gesture: int = 0) -> bool:
        """Do an edit, or say why not."""
        try:
            draft = edit()
        except InputError as error:
            self.refuse(error)
            return False
        self.commit(draft, text, gesture)
        return True

    def refuse(self, error: InputError) -> None:
        """Say why something was not done."""
        cause = capitalised(error.cause)
        self.page.messages.set_message(Message("warning", f"{cause}." if not cause.endswith(".") else cause))

    def name_of(self, ids: Collection[int]) -> str:
        """Name one node, or count several."""
        names = [self.drawing.draft.by_id[i].name for i in ids]
        return names[0] if len(names) == 1 else f"{len(names)} layers"

    # Canvas

    @Slot(object)
    def _on_select(self, ids: Collection[int]) -> None:
        self.drawing.select(ids)

    @Slot(object, int)
    def _on_move(self, places: Mapping[int, tuple[float, float]], gesture: int) -> None:
        draft = e.move(self.drawing.draft, places)
        self.commit(draft, f"Move {self.name_of(places)}", gesture, plans=False)

    @Slot(int, int, int)
    def _on_connect(self, tail: int, head: int, port: int) -> None:
        draft = self.drawing.draft
        names = f"{draft.by_id[tail].name} to {draft.by_id[head].name}"
        self.attempt(lambda: e.connect(draft, tail, head, None if port < 0 else port), f"Connect {names}")

    @Slot(int, int, int, int)
    def _on_replug(self, head: int, port: int, new: int, new_port: int) -> None:
        draft = self.drawing.draft
        tail = draft.by_id[head].inputs[port]
        if tail is None or (new, new_port) == (head, port):
            return
        name = draft.by_id[tail].name
        if new < 0:
            self.attempt(lambda: e.detach(draft, head, port), f"Detach {name}")
            return
        loose = e.detach(draft, head, port)
        self.attempt(
            lambda: e.connect(loose, tail, new, None if new_port < 0 else new_port), f"Reconnect {name}"
        )

    @Slot(str, QPointF)
    def _on_drop(self, key: str, at: QPointF) -> None:
        place = (round(at.x() - NODE_WIDTH / 2), round(at.y() - NODE_HEIGHT / 2))
        draft, new = self._added(self.drawing.draft, key, place)
        self.commit(draft, f"Add {draft.by_id[new].name}")
        self._show_new(new)

    @Slot(str, int, int)
    def _on_drop_on_edge(self, key: str, head: int, port: int) -> None:
        self._insert_new(key, head, port)

    @Slot(int, int, int, QPointF)
    def _on_insert(self, node: int, head: int, port: int, at: QPointF) -> None:
        draft = self.drawing.draft
        moved = e.move(draft, {node: (at.x(), at.y())})
        text = f"Insert {draft.by_id[node].name}"
        self.attempt(lambda: self._with_room(e.insert(moved, node, head, port), node, head, port), text)

    @Slot(int, int)
    def _on_plus(self, head: int, port: int) -> None:
        draft = self.drawing.draft
        tail = draft.by_id[head].inputs[port]
        if tail is None:
            return
        self._edge = (head, port)
        self.page.palette_pane.set_target(f"between {draft.by_id[tail].name} and {draft.by_id[head].name}")
        self.page.palette_pane.begin()

    @Slot()
    def _end_plus(self) -> None:
        self._edge = None
        self.page.palette_pane.set_target("")

    @Slot()
    def _on_add(self) -> None:
        self.page.palette_pane.begin()

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        """Add an entry of the palette: on the edge that was pointed at, else behind the selected node."""
        edge = self._edge
        self._end_plus()
        draft = self.drawing.draft
        if edge is not None and edge[0] in draft.by_id and edge[1] < len(draft.by_id[edge[0]].inputs):
            self._insert_new(key, *edge)
        else:
            self._append(key)
        self.page.focus_canvas()

    def _append(self, key: str) -> None:
        draft = self.drawing.draft
        chosen = sorted(self.drawing.selection, key=lambda i: (draft.by_id[i].at[0], i))
        behind = [draft.by_id[i] for i in chosen] if choices()[key].kind != "input" else []
        if behind:
            x = sum(node.at[0] for node in behind) / len(behind)
            place = (float(round(x)), max(node.at[1] for node in behind) + PITCH)
        else:
            box = self.page.canvas.visible_box() if not draft.nodes else self.page.canvas.drawing_box()
            middle = (box.center().x() - NODE_WIDTH / 2, box.top() + 60)
            place = (box.right() + 30, box.top()) if draft.nodes else middle
        draft, new = self._added(draft, key, self._free_place(draft, place))
        node = draft.by_id[new]
        most = len(behind) if node.rules.ports is None else node.rules.ports
        for source in behind[:most]:
            draft = e.connect(draft, source.id, new)
        self.commit(draft, f"Add {node.name}")
        self._show_new(new)

    def _added(self, draft: Draft, key: str, place: tuple[float, float]) -> tuple[Draft, int]:
        choice = choices()[key]
        return e.add_node(draft, choice.kind, place, dict(choice.values), choice.stem)

    def _free_place(self, draft: Draft, place: tuple[float, float]) -> tuple[float, float]:
        """Go to the right until no other node is in the way."""
        x, y = place
        while any(abs(n.at[0] - x) < NODE_WIDTH and abs(n.at[1] - y) < NODE_HEIGHT for n in draft.nodes):
            x += COLUMN
        return x, y

    def _insert_new(self, key: str, head: int, port: int) -> None:
        draft = self.drawing.draft
        below = draft.by_id[head]
        tail = below.inputs[port]
        if tail is None:
            return
        above = draft.by_id[tail]
        place = (above.at[0] if len(below.inputs) > 1 else below.at[0], above.at[1] + PITCH)
        draft, new = self._added(draft, key, place)
        text = f"Insert {draft.by_id[new].name}"
        if self.attempt(lambda: self._with_room(e.insert(draft, new, head, port), new, head, port), text):
            self._show_new(new)

    def _with_room(self, draft: Draft, node: int, head: int, port: int) -> Draft:
        """Move down what is below an inserted node, as far as it needs room."""
        at, below = draft.by_id[node], draft.by_id[head]
        by = at.at[1] + PITCH - below.at[1]
        if by <= 0:
            return draft
        top = below.at[1] - 1
        moved = {n.id: (n.at[0], n.at[1] + by) for n in draft.nodes if n.at[1] >= top and n.id != node}
        return e.move(draft, moved)

    def _show_new(self, node: int) -> None:
        self.drawing.select([node])
        canvas = self.page.canvas
        canvas.look_at(canvas.nodes[node].body())

    @Slot(int)
    def _on_edit(self, node: int) -> None:
        self.drawing.select([node])
        self.page.inspector.edit()

    @Slot(int)
    def _on_rename_asked(self, node: int) -> None:
        self.drawing.select([node])
        self.page.inspector.begin_rename()

    # Inspector and problems

    @Slot(int, str, object, int)
    def _on_field(self, node: int, key: str, value: Any, gesture: int) -> None:
        draft = self.drawing.draft
        spec = draft.by_id[node].rules.field(key)
        label = spec.label.lower() if spec is not None else key
        text = f"Change {label} of {draft.by_id[node].name}"
        if not self.attempt(lambda: e.set_value(draft, node, key, value), text, gesture):
            self._presenter.show_drawing()

    @Slot(int, str)
    def _on_renamed(self, node: int, name: str) -> None:
        draft = self.drawing.draft
        if node < 0:
            renamed = self.files.renamed(draft, name)
            self.commit(renamed, f"Rename to {renamed.name}")
        else:
            text = f"Rename {draft.by_id[node].name}"
            self.attempt(lambda: e.rename(draft, node, name), text)
        self._presenter.show_drawing()

    @Slot(int, str)
    def _on_kind(self, node: int, kind: str) -> None:
        draft = self.drawing.draft
        self.attempt(lambda: e.change_kind(draft, node, kind), f"Change the kind of {draft.by_id[node].name}")

    @Slot(int)
    def _on_problem(self, node: int) -> None:
        self.drawing.select([node])
        self.page.canvas.look_at(self.page.canvas.nodes[node].body())

    @Slot(object)
    def _on_fix(self, fix: Fix) -> None:
        draft = self.drawing.draft
        self.attempt(lambda: e.apply_fix(draft, fix), fix.text)

    # The whole drawing

    @Slot()
    def tidy(self) -> None:
        """Put every node in its row and column; a large drawing is laid out in another process."""
        draft = self.drawing.draft
        if len(draft.nodes) > MANY:
            self._tidying = (self.arranger.ask(*graph_of(draft), self._on_laid_out), draft)
        else:
            self._take_layout(draft, None)

    @Slot(int, object)
    def _on_laid_out(self, number: int, frame: Skeleton) -> None:
        asked, draft = self._tidying
        if number == asked and draft is self.drawing.draft:  # else it was edited meanwhile
            self._take_layout(draft, frame)

    def _take_layout(self, draft: Draft, frame: Skeleton | None) -> None:
        self.commit(tidied(draft, frame), "Tidy the layout", plans=False)
        self.page.canvas.fit()

    @Slot()
    def _on_fold(self) -> None:
        """Fold what works position by position into the layer before it (SPEC section 1)."""
        draft, known = self.drawing.draft, self.drawing.known
        if known.problems or not draft.layers:
            return
        folded, _ = draft_of(fold(network_of(draft, known, places=True)))
        self.commit(folded, "Fold activations")
