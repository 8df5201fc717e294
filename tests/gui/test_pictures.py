"""Pictures of widgets: what Qt writes is read back by programs that are not Qt, where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPdfWriter, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flgui.app import Parts
from flgui.pictures import _tidied, encode, picture_image, write_picture
from flgui.text import PICTURE_KINDS
from flgui.theme.devices import PAPER_RATIO, device_ratio, on_paper
from planner_core.errors import InputError

_SVG = "{http://www.w3.org/2000/svg}"


def pixels(image: QImage) -> np.ndarray:
    """(height, width, 3) floats."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(float)


def difference(one: QImage, other: QImage) -> float:
    """Mean absolute difference of two pictures of one size, in grey levels; edges fall a little apart."""
    a, b = pixels(one), pixels(other)
    assert abs(a.shape[0] - b.shape[0]) <= 1
    assert abs(a.shape[1] - b.shape[1]) <= 1
    height, width = min(a.shape[0], b.shape[0]), min(a.shape[1], b.shape[1])
    return float(np.abs(a[:height, :width] - b[:height, :width]).mean())


def views(parts: Parts) -> dict[str, QWidget]:
    window = parts.window
    return {"window": window, "schedules": window.gantt, "tiles": window.tiles, "network": window.network}


def test_svg_shows_what_the_screen_shows_without_any_font(parts: Parts, tmp_path: Path) -> None:
    parts.controller.store.select("BF", 0)
    for name, view in views(parts).items():
        data = encode(view, ".svg", name)
        root = ET.fromstring(data)
        assert root.find(f"{_SVG}title").text == name  # type: ignore[union-attr]
        assert not list(root.iter(f"{_SVG}text"))
        read = QImage(view.size(), QImage.Format.Format_RGB32)
        painter = QPainter(read)
        QSvgRenderer(data).render(painter)
        painter.end()
        assert difference(read, view.grab().toImage()) < 4, name
    words = {
        element.get("aria-label") for element in ET.fromstring(encode(parts.window.gantt, ".svg", "")).iter()
    }
    assert {"NFL", "MW", "BF", "Device", "Link"} <= words


def test_bars_are_vectors_and_the_hatch_keeps_its_step(parts: Parts) -> None:
    root = ET.fromstring(encode(parts.window.gantt, ".svg", ""))
    drawn = [e for e in root.iter(f"{_SVG}path") if e.get("aria-label") is None]
    assert len(drawn) > 20
    largest = max((float(e.get("width", 0)) for e in root.iter(f"{_SVG}image")), default=0)
    assert largest < 100  # icons and hatches, never the chart
    scales = {e.get("patternTransform") for e in root.iter(f"{_SVG}pattern")}
    assert scales == {f"scale({1 / PAPER_RATIO:.6g})"}


def test_pdf_embeds_its_fonts(parts: Parts) -> None:
    data = encode(parts.window, ".pdf", "The window")
    fonts = re.findall(rb"/Type /FontDescriptor\n?/FontName /([A-Za-z0-9+_-]+)", data)
    assert any(b"Inter" in name for name in fonts)
    assert data.count(b"/FontFile2") >= len(fonts) > 0
    box = re.search(rb"/MediaBox \[ *0 0 ([0-9.]+) ([0-9.]+)", data)
    assert box is not None
    assert [round(float(box[i]) / 0.75) for i in (1, 2)] == [parts.window.width(), parts.window.height()]


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="needs librsvg's rsvg-convert")
def test_librsvg_draws_the_svg_like_the_screen(parts: Parts, tmp_path: Path) -> None:
    for name, view in views(parts).items():
        write_picture(view, tmp_path / f"{name}.svg", name)
        subprocess.run(
            ["rsvg-convert", f"{name}.svg", "-o", f"{name}.png"], cwd=tmp_path, check=True, timeout=120
        )
        assert difference(QImage(str(tmp_path / f"{name}.png")), view.grab().toImage()) < 4, name


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler's pdftoppm")
def test_poppler_draws_the_pdf_like_the_screen(parts: Parts, tmp_path: Path) -> None:
    for name, view in views(parts).items():
        write_picture(view, tmp_path / f"{name}.pdf", name)
        command = ["pdftoppm", "-r", "96", "-png", "-singlefile", f"{name}.pdf", name]
        subprocess.run(command, cwd=tmp_path, check=True, timeout=120)
        assert difference(QImage(str(tmp_path / f"{name}.png")), view.grab().toImage()) < 5, name


def test_a_bitmap_has_twice_the_pixels_and_the_screen_stays(parts: Parts) -> None:
    for name, view in views(parts).items():
        before = view.grab().toImage()
        image = picture_image(view)
        assert image.size() == view.size() * 2, name
        assert view.grab().toImage() == before, name


def test_a_picture_that_cannot_be_written_leaves_the_old_file(parts: Parts, tmp_path: Path) -> None:
    old = tmp_path / "chart.png"
    old.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match=r"ends in .png"):
        write_picture(parts.window.gantt, tmp_path / "chart.jpg", "")
    with pytest.raises(InputError, match="no directory"):
        write_picture(parts.window.gantt, tmp_path / "nowhere" / "chart.svg", "")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("chart")) == ["chart.png"]
    assert set(PICTURE_KINDS) == {".png", ".svg", ".pdf"}


def test_painters_know_what_they_paint_on(qapp: object, tmp_path: Path) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    assert (on_paper(painter), device_ratio(painter)) == (False, 2.0)
    painter.end()
    writer = QPdfWriter(str(tmp_path / "a.pdf"))
    painter = QPainter(writer)
    painter.drawPoint(QPoint(1, 1))
    assert (on_paper(painter), device_ratio(painter)) == (True, PAPER_RATIO)
    painter.end()


class Dots(QGraphicsRectItem):
    """Paints a kept pixmap on the screen and a shape where it is exported, like pyqtgraph's symbols."""

    exporting = False

    def setExportMode(self, export: bool, options: object = None) -> None:
        self.exporting = export

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.exporting:
            painter.fillRect(self.rect(), QColor("red"))
        else:
            kept = QPixmap(4, 4)
            kept.fill(QColor("red"))
            painter.drawPixmap(self.rect(), kept, kept.rect().toRectF())


def test_curves_of_constant_width_survive_a_viewer_that_does_not_know_them(
    qtbot: QtBot, tmp_path: Path
) -> None:
    scene = QGraphicsScene()
    path = QPainterPath(QPointF(0, 0))
    for x in np.linspace(0, 3, 40).tolist():
        path.lineTo(x, float(np.exp(-x)))
    pen = QPen(QColor("blue"), 2)
    pen.setCosmetic(True)
    scene.addPath(path, pen)
    dots = Dots(1.0, 0.4, 0.2, 0.2)
    scene.addItem(dots)
    chart = QGraphicsView(scene)
    qtbot.addWidget(chart)
    chart.setFrameShape(QFrame.Shape.NoFrame)
    chart.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    chart.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    chart.resize(500, 300)
    chart.scale(120, -200)
    chart.show()
    qtbot.waitExposed(chart)
    shown = chart.grab().toImage()
    data = encode(chart, ".svg", "curves")
    assert b"non-scaling-stroke" not in data
    read = QImage(chart.size(), QImage.Format.Format_RGB32)
    painter = QPainter(read)
    QSvgRenderer(data).render(painter)
    painter.end()
    assert difference(read, shown) < 2
    assert not list(ET.fromstring(data).iter(f"{_SVG}image"))  # dots are shapes, not kept pixmaps
    if shutil.which("rsvg-convert"):
        (tmp_path / "a.svg").write_bytes(data)
        subprocess.run(["rsvg-convert", "a.svg", "-o", "a.png"], cwd=tmp_path, check=True, timeout=120)
        assert difference(QImage(str(tmp_path / "a.png")), shown) < 2
    assert not dots.exporting  # the screen's way of drawing is back


def test_a_flattened_line_is_where_the_matrix_puts_it() -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><g transform="matrix(2,0,0,-3,10,1e2)" stroke="red">'
        b'<rect width="1" height="1"/><polyline vector-effect="non-scaling-stroke" points="0,0 1.5,-2 "/>'
        b"</g></svg>"
    )
    root = ET.fromstring(_tidied(svg))
    first, second = root.findall(f"{_SVG}g")
    assert first.get("transform") is not None
    assert second.get("transform") is None
    assert second.get("stroke") == "red"
    line = second.find(f"{_SVG}polyline")
    assert line is not None
    assert line.get("points") == "10.000,100.000 13.000,106.000 "


def test_no_words_behind_a_pixmap_are_lost_in_svg(parts: Parts) -> None:
    root = ET.fromstring(encode(parts.window.gantt, ".svg", "Schedules"))
    words = [element.get("aria-label") for element in root.iter()]
    assert words.count("Copy to Manual") == 2  # beside the icon in the headers of MW and BF
