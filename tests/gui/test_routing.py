"""Edges of a drawing as they are painted: none through a node, none across another in networks that need none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QPainterPath
from pytestqt.qtbot import QtBot

from flgui.features.tidying import tidied
from flgui.theme.tokens import Tokens
from flgui.viewmodel.editor import editor_model
from flgui.views.editor import EditorCanvas, wiring
from planner_core.draft import Draft, infer
from planner_core.draft import edits as e
from planner_core.draft.convert import draft_of
from planner_core.zoo import BUNDLED, build

Floats = npt.NDArray[np.float64]


def canvas_of(qtbot: QtBot, draft: Draft) -> EditorCanvas:
    canvas = EditorCanvas(Tokens.load("light"))
    qtbot.addWidget(canvas)
    canvas.set_model(editor_model(draft, infer(draft)))
    return canvas


def points(path: QPainterPath) -> Floats:
    return np.array([(p.x(), p.y()) for p in (path.pointAtPercent(t) for t in np.linspace(0, 1, 40))])


def through_nodes(canvas: EditorCanvas) -> list[tuple[tuple[int, int], int]]:
    found = []
    for key, edge in canvas.edges.items():
        at = points(edge._path)
        for i, item in canvas.nodes.items():
            box = item.body().adjusted(1, 1, -1, -1)
            inside = (box.left() < at[:, 0]) & (at[:, 0] < box.right())
            inside &= (box.top() < at[:, 1]) & (at[:, 1] < box.bottom())
            if i not in (key[0], edge.edge.tail) and inside.any():
                found.append((key, i))
    return found


def crossings(canvas: EditorCanvas) -> int:
    """Pairs of edges that cross anywhere but where both begin or both end."""
    edges = list(canvas.edges.items())
    lines = [points(edge._path) for _, edge in edges]
    count = 0
    for i, a in enumerate(lines):
        for j in range(i):
            head_a, head_b = edges[i][0][0], edges[j][0][0]
            tails = edges[i][1].edge.tail == edges[j][1].edge.tail
            cut_a = a[2:] if tails else a
            cut_b = lines[j][2:] if tails else lines[j]
            if head_a == head_b:
                cut_a, cut_b = cut_a[:-1], cut_b[:-1]
            count += _meet(cut_a, cut_b)
    return count


def _meet(a: Floats, b: Floats) -> bool:
    low, high = np.maximum(a.min(0), b.min(0)), np.minimum(a.max(0), b.max(0))
    if (low > high).any():
        return False
    p, q = a[:-1, None], a[1:, None]
    r, s = b[None, :-1], b[None, 1:]
    apart = _side(p, q, r) * _side(p, q, s) < -1e-6
    return bool((apart & (_side(r, s, p) * _side(r, s, q) < -1e-6)).any())


def _side(p: Floats, q: Floats, r: Floats) -> Floats:
    found: Floats = (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1])
    found = found - (q[..., 1] - p[..., 1]) * (r[..., 0] - p[..., 0])
    return found


@pytest.mark.parametrize("name", [n for n in BUNDLED if n not in ("vgg16", "alexnet")])
def test_a_tidy_network_has_no_edge_across_a_node_or_another_edge(qtbot: QtBot, name: str) -> None:
    canvas = canvas_of(qtbot, tidied(draft_of(build(name))[0]))
    assert through_nodes(canvas) == []
    assert crossings(canvas) == 0


def test_an_edge_goes_round_a_node_that_is_moved_into_its_way(qtbot: QtBot) -> None:
    draft = tidied(draft_of(build("resnet18"))[0])
    layer = next(n for n in draft.nodes if n.kind == "merge")
    moved = e.move(draft, {layer.id: (layer.at[0] + 400.0, layer.at[1])})
    assert through_nodes(canvas_of(qtbot, moved)) == []


def test_an_edge_that_points_upwards_is_still_drawn(qtbot: QtBot) -> None:
    draft = tidied(draft_of(build("alexnet"))[0])
    first = draft.by_name["conv1"]
    canvas = canvas_of(qtbot, e.move(draft, {first.id: (300.0, 500.0)}))
    ends = points(canvas.edges[draft.by_name["pool1"].id, 0]._path)
    assert ends[0][1] > ends[-1][1]


def test_crossings_are_seen_where_branches_are_swapped(qtbot: QtBot) -> None:
    draft = tidied(draft_of(build("googlenet"))[0])
    one, other = (draft.by_name[f"inception3a/{name}"] for name in ("3x3", "5x5"))
    swapped = e.move(draft, {one.id: other.at, other.id: one.at})
    assert crossings(canvas_of(qtbot, swapped)) > 0


def test_in_a_large_drawing_other_edges_follow_an_edit_in_later_turns(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tidied(draft_of(build("googlenet"))[0], None)
    monkeypatch.setattr(wiring, "_MANY", 100)
    monkeypatch.setattr(wiring, "_SLICE_S", 0.0)
    canvas = canvas_of(qtbot, draft)
    moved = draft.nodes[40]
    for by in (300.0, 0.0, 150.0):
        again = e.move(draft, {moved.id: (moved.at[0] + by, moved.at[1])})
        canvas.set_model(editor_model(again, infer(again)))
        assert canvas.wiring.done is False
    qtbot.waitUntil(lambda: canvas.wiring.done, timeout=20_000)
    whole = canvas_of(qtbot, again)
    whole.reroute()
    for key, edge in whole.edges.items():
        assert points(canvas.edges[key]._path).tolist() == points(edge._path).tolist()


@pytest.mark.parametrize("name", [n for n in BUNDLED if n not in ("vgg16", "alexnet")])
def test_no_edge_strikes_through_the_shape_of_a_tensor(qtbot: QtBot, name: str) -> None:
    canvas = canvas_of(qtbot, tidied(draft_of(build(name))[0]))
    words = [e._label_box().adjusted(0, 3, 0, -3) for e in canvas.edges.values() if e.edge.label]
    assert len(words) > 12
    for key, edge in canvas.edges.items():
        for at in (edge._path.pointAtPercent(t) for t in np.linspace(0, 1, 100)):
            assert not any(box.contains(at) for box in words), key
