"""New drawings, copies of networks, files and the clipboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication

from flgui.actions import DRAWING_EDITS
from flgui.controller import Controller
from flgui.dialogs import Dialogs
from flgui.documents import Source, refusal, title_of
from flgui.features.arranging import MANY
from flgui.features.tidying import graph_of, tidied
from flgui.features.turns import Turns
from flgui.layout.graph import Skeleton
from flgui.panels.message_bar import Message
from flgui.state.stamps import Stamps
from flgui.text import file_stem
from flgui.viewmodel.editor import editor_model
from planner_core.draft import Draft, infer
from planner_core.draft import edits as e
from planner_core.draft.convert import draft_of, network_of
from planner_core.errors import InputError
from planner_core.network.model import Network

if TYPE_CHECKING:
    from flgui.features.drawing import DrawingFeature

__all__ = ["DrawingFiles"]

_KINDS = "Networks (*.json)"
_SHIFT = 24.0


class DrawingFiles(QObject):
    """Where drawings come from and go to."""

    def __init__(self, controller: Controller, dialogs: Dialogs, parent: DrawingFeature) -> None:
        super().__init__(parent)
        self._controller = controller
        self._feature = parent
        self.dialogs = dialogs
        self._count = 0
        self._pasted = 0
        self._after: str = ""
        self._stamps = Stamps()
        self._turns = Turns(self)
        self._arranging: tuple[int, Draft, Path | None, bool] | None = (
            None  # a copy that waits for its layout
        )
        actions = controller.window.actions_by_key
        for key, slot in (
            ("new_drawing", self.new),
            ("edit_copy", self.edit_copy),
            ("save_drawing", self.save),
            ("cut", self.cut),
            ("copy", self.copy),
            ("paste", self.paste),
            ("duplicate", self.duplicate),
            ("remove", self.remove),
            ("select_all", self.select_all),
            ("tidy", parent.tidy),
        ):
            actions[key].triggered.connect(slot)
        for key in ("cut", "copy", "paste", "duplicate", "remove", "select_all", "tidy"):
            self._bind(actions[key])
        controller.window.workspace_changed.connect(self._on_workspace)
        self._on_workspace(controller.window.workspace)
        parent.drawing.file_changed.connect(self._on_file)
        parent.page.messages.acted.connect(self._on_answer)
        controller.window.add_close_guard(self.may_close)
        controller.documents.network_opened.connect(self._on_opened)

    def _bind(self, action: QAction) -> None:
        """Let an edit's key work on the canvas alone: fields and tables have their own Copy."""
        self._controller.window.removeAction(action)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._feature.page.canvas.addAction(action)

    @Slot(str)
    def _on_workspace(self, title: str) -> None:
        """Ctrl+S saves the drawing in Draw, and the work elsewhere."""
        drawing = title == "Draw"
        actions = self._controller.window.actions_by_key
        actions["save_work"].setShortcut("" if drawing else "Ctrl+S")
        actions["save_drawing"].setShortcut("Ctrl+S" if drawing else "")
        for key in DRAWING_EDITS:
            actions[key].setEnabled(drawing)
        if drawing:
            self._feature.page.focus_canvas()

    # New and copies

    @Slot()
    def new(self) -> None:
        """Begin a drawing with an input; a changed one that no file has is asked for first."""
        if not self._ask("new"):
            self._begin_new()

    @Slot()
    def edit_copy(self) -> None:
        """Put a copy of the open network on the canvas."""
        if not self._ask("copy"):
            self._begin_copy(self._controller.store.scenario.network, None)

    def _begin_new(self) -> None:
        self._drop_copy()
        self._count += 1
        draft, _ = e.add_node(Draft(f"sketch-{self._count}"), "input", (0.0, 0.0))
        self._begin(draft, None, f"New network {draft.name}")

    def _begin_copy(self, network: Network, path: Path | None, opened: bool = False) -> None:
        self._drop_copy()
        steps = self._copy(network, path, opened)
        if len(network) > MANY:
            self._turns.run(steps)
        else:
            for _ in steps:
                pass

    def _drop_copy(self) -> None:
        """Give up a copy that is being made: something newer takes its place."""
        self._turns.stop()
        self._arranging = None

    def _copy(self, network: Network, path: Path | None, opened: bool) -> Iterator[None]:
        """Make the drawing of a network step by step; one that is still to be laid out waits for that."""
        draft, placed = draft_of(network)
        yield
        infer(draft)  # kept, as a layout changes no shape
        yield
        graph, frame = graph_of(draft), self._controller.window.network.frame
        if frame is not None and (len(frame.x), set(frame.edges)) != (graph[0], set(graph[1])):
            frame = None  # of what was open before
        if not placed and frame is None and len(network) > MANY:
            self._arranging = self._feature.arranger.ask(*graph, self._on_arranged), draft, path, opened
            return
        yield from self._show_copy(draft if placed else tidied(draft, frame), path, opened)

    @Slot(int, object)
    def _on_arranged(self, number: int, frame: Skeleton) -> None:
        if self._arranging is not None and self._arranging[0] == number:
            _, draft, path, opened = self._arranging
            self._arranging = None
            self._turns.run(self._show_copy(tidied(draft, frame), path, opened))

    def _show_copy(self, draft: Draft, path: Path | None, opened: bool) -> Iterator[None]:
        yield
        editor_model(draft, infer(draft))  # what its nodes say is kept until the canvas asks
        yield
        verb = "Open" if path is not None else "Edit a copy of"
        before, lost = self._feature.drawing.draft, self._feature.drawing.modified
        self._begin(draft, path, f"{verb} {title_of(draft.name)}")
        if opened and lost and before.nodes:
            message = Message("warning", f"{title_of(before.name)} was not saved.", "Undo brings it back.")
            self._feature.page.messages.set_message(message)

    @Slot(object, object)
    def _on_opened(self, network: Network, source: Source) -> None:
        """Put a network that is opened while the drawing is looked at on the canvas."""
        if self._controller.window.workspace != "Draw":
            return
        self._stamps.note(Path(source.argument))
        path = Path(source.argument)
        self._begin_copy(network, path if path.suffix.lower() == ".json" else None, opened=True)

    def _begin(self, draft: Draft, path: Path | None, text: str) -> None:
        feature, window = self._feature, self._controller.window
        # What is copied is planned already; a drawing of an input alone cannot be.
        feature.put(feature.drawing.begin(draft, path), text, plans=False)
        window.set_workspace("Draw")
        feature.page.canvas.fit()
        feature.drawing.select([draft.nodes[0].id] if len(draft.nodes) == 1 else [])
        feature.page.focus_canvas()

    def renamed(self, draft: Draft, name: str) -> Draft:
        """Return the drawing under another name."""
        return Draft(name.strip() or draft.name, draft.nodes, draft.next_id)

    # Asking

    def _ask(self, after: str) -> bool:
        """Ask, above the canvas, before a drawing that no file has is left; says whether it asks."""
        drawing = self._feature.drawing
        if not drawing.modified or not drawing.draft.nodes:
            return False
        if self._after == after:  # asked already: the same wish again means yes, and undo brings it back
            self._after = ""
            return False
        self._after = after
        self._controller.window.set_workspace("Draw")
        what = "a new network" if after == "new" else "a copy of the open network"
        message = Message(
            "warning",
            f"{title_of(drawing.draft.name)} is not saved.",
            f"Save it, or ask again for {what}; undo brings this drawing back.",
            "Save…",
        )
        self._feature.page.messages.set_message(message)
        return True

    @Slot()
    def _on_answer(self) -> None:
        after = self._after
        if self.save() and after:
            self._after = ""
            (self._begin_new if after == "new" else self.edit_copy)()

    @Slot()
    def _on_file(self) -> None:
        self._after = ""

    def may_close(self) -> bool:
        """Ask whether a changed drawing may go with the window."""
        drawing = self._feature.drawing
        if self._controller.closed or not drawing.modified or not drawing.draft.nodes:
            return True
        answer = self.dialogs.save_changes(title_of(drawing.draft.name))
        return answer == "discard" or (answer == "save" and self.save())

    # Files

    @Slot()
    def save(self) -> bool:
        """Write the drawing as network JSON, and ask for the file where there is none yet."""
        feature, controller = self._feature, self._controller
        drawing = feature.drawing
        try:
            network = network_of(drawing.draft, drawing.known, places=True)
        except InputError as error:
            text = f"{error.cause}. A network file holds whole networks only."
            feature.page.messages.set_message(
                Message("error", f"{title_of(drawing.draft.name)} was not saved.", text)
            )
            return False
        path = drawing.path
        if path is None:
            proposal = str(Path(controller.settings.folder) / f"{file_stem(drawing.draft.name)}.json")
            path = self.dialogs.save_file("Save the drawing", proposal, _KINDS, ".json")
            if path is None:
                return False
        elif self._stamps.is_foreign(path) and not self.dialogs.replace_changed(path):
            return False
        from planner_core.export import write_network  # the writers pull in the schema checker

        try:
            write_network(network, path)
        except (OSError, InputError) as error:
            said = refusal(str(path), error, writing=True)
            feature.page.messages.set_message(Message("error", f"{said.name} was not written.", said.cause))
            return False
        controller.settings.folder = str(path.parent)
        controller.settings.add_recent(path)
        controller.documents.remember(
            network_of(drawing.draft, drawing.known), Source(str(path), True, False)
        )
        drawing.mark_saved(path)
        self._stamps.note(path)
        controller.undo_stack.setClean()
        feature.page.messages.set_message(Message("info", f"{path.name} was written.", str(path.parent)))
        return True

    # Clipboard

    @Slot()
    def copy(self) -> None:
        """Put the selected nodes on the clipboard, as JSON text."""
        drawing = self._feature.drawing
        if drawing.selection:
            from planner_core.draft.text import draft_text

            self._pasted = 0
            QGuiApplication.clipboard().setText(draft_text(e.fragment(drawing.draft, drawing.selection)))

    @Slot()
    def cut(self) -> None:
        """Copy and remove."""
        if self._feature.drawing.selection:
            self.copy()
            self._remove("Cut")

    @Slot()
    def paste(self) -> None:
        """Add the nodes on the clipboard; text of a network file will do."""
        from planner_core.draft.text import draft_from_text

        try:
            part = draft_from_text(QGuiApplication.clipboard().text())
        except InputError as error:
            text = f"The text on the clipboard is no drawing: {error.cause}."
            self._feature.page.messages.set_message(Message("warning", "Nothing was pasted.", text))
            return
        if part.nodes:
            self._pasted += 1
            self._add(part, "Paste")

    @Slot()
    def duplicate(self) -> None:
        """Copy the selected nodes beside themselves."""
        drawing = self._feature.drawing
        if drawing.selection:
            self._pasted = 1
            self._add(e.fragment(drawing.draft, drawing.selection), "Duplicate")

    def _add(self, part: Draft, verb: str) -> None:
        feature = self._feature
        shift = _SHIFT * self._pasted
        if all(node.at == (0.0, 0.0) for node in part.nodes):
            part = tidied(part)
        draft, ids = e.paste(feature.drawing.draft, part, (shift, shift))
        feature.commit(
            draft, f"{verb} {len(ids)} layers" if len(ids) > 1 else f"{verb} {draft.by_id[ids[0]].name}"
        )
        feature.drawing.select(ids)
        canvas = feature.page.canvas
        canvas.look_at(canvas.nodes[ids[0]].body())

    @Slot()
    def remove(self) -> None:
        """Remove the selected nodes."""
        self._remove("Remove")

    def _remove(self, verb: str) -> None:
        feature = self._feature
        chosen = feature.drawing.selection
        if chosen:
            feature.commit(e.remove(feature.drawing.draft, chosen), f"{verb} {feature.name_of(chosen)}")

    @Slot()
    def select_all(self) -> None:
        """Select every node."""
        self._feature.drawing.select(self._feature.drawing.draft.by_id)
