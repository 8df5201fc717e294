"""Part (i): networks of 1,500 layers on the canvas, opened and panned."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

from planner_core.network.builder import NetworkBuilder
from planner_core.network.model import Network
from tests.benchmark.common import Options, Section, say, table

__all__ = ["cells", "dense", "run"]

STEPS = 60
STEP_PX = 40
FRAME_MS = 1000 / 30


def dense(layers: int) -> Network:
    """Two convolutions and a concatenation with all that came before, again and again, as in DenseNet."""
    b = NetworkBuilder("dense")
    x = b.input("input", (16, 32, 32))
    for k in range(layers // 3):
        y = b.conv(f"b{k}", b.conv(f"a{k}", x, 32, 1), 8, 3, padding=1)
        x = b.concat(f"cat{k}", [x, y])
    return b.build()


def cells(layers: int) -> Network:
    """Cells of five blocks that read the two cells before, as in NASNet."""
    b = NetworkBuilder("cells")
    old = b.input("input", (16, 32, 32))
    new = b.conv("stem", old, 16, 3, padding=1)
    for c in range(layers // 28):
        ends = [b.conv(f"p{c}", old, 16, 1), b.conv(f"q{c}", new, 16, 1)]
        for n in range(5):
            sides = []
            for side, source in enumerate((ends[n % 2], ends[-1])):
                name = f"c{c}b{n}s{side}"
                sides.append(b.conv(f"{name}y", b.conv(f"{name}x", source, 16, 3, padding=1), 16, 1))
            ends.append(b.merge(f"c{c}b{n}", sides))
        old, new = new, b.concat(f"cell{c}", ends[2:])
    return b.build()


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("i", "Networks of 1,500 layers on the canvas")
    if find_spec("PySide6") is None:
        section.body = ["PySide6 is not installed: nothing is drawn, and this part was not measured."]
        return section
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from flgui.layout.graph import skeleton
    from flgui.viewmodel.network import network_model
    from flgui.views.network import NetworkView

    app = QApplication.instance() or QApplication([])
    rows, worst = [], 0.0
    for make in (dense, cells):
        network = make(90 if options.quick else 1500)
        model = network_model(network)
        layout = _cpu(partial(skeleton, len(model.nodes), model.edges, model.weights))
        view = NetworkView()
        view.resize(252, 760)
        view.show()
        shown = _cpu(partial(_show, app, view, network)) - layout
        bar, port = view.canvas.verticalScrollBar(), view.canvas.viewport()
        began = time.process_time()
        for step in range(STEPS):
            bar.setValue(step * STEP_PX)
            port.repaint()
        pan = (time.process_time() - began) / STEPS
        worst = max(worst, pan * 1e3)
        rows.append([network.name, str(len(network)), f"{layout:.2f}", f"{shown:.2f}", f"{pan * 1e3:.1f}"])
        say(f"i: {network.name}: {pan * 1e3:.1f} ms")
        view.close()
    heads = ["network", "layers", "layout, s (another process)", "first picture, s", "repaint a step, ms"]
    section.body = [
        f"CPU time off screen, raster; a step of {STEP_PX} px repaints the whole pane.",
        table(heads, rows),
    ]
    claim = f"1,500 layers pan at 30 frames a second or more: worst step {worst:.1f} ms"
    section.claims = [(claim, worst < FRAME_MS)]
    return section


def _show(app: Any, view: Any, network: Network) -> None:
    view.set_network(network)
    for _ in range(3):
        app.processEvents()


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
