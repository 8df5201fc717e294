"""Pictures of widgets: bitmaps for the clipboard and PNG, vectors for SVG and PDF.

PDF embeds the fonts. An SVG viewer has only the fonts of its machine, and librsvg none that a file brings along,
so in SVG letters become outlines; each keeps its words in `aria-label`.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QPointF, QRect, QSize, QSizeF
from PySide6.QtGui import QFont, QImage, QPageSize, QPainter, QPainterPath, QPdfWriter, QPicture
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView, QWidget

from flgui.text import PICTURE_KINDS
from flgui.theme.devices import HATCH_CELL
from flgui.theme.fonts import font, mono_family
from flgui.theme.recording import Pixels, Recorded, Recorder, image_of, pixels_of, restored
from planner_core.errors import InputError
from planner_core.export.files import check_target, replace_bytes

__all__ = ["Taken", "check_picture", "encode", "finished", "picture_image", "take", "write_picture"]

SCREEN_RATIO: Final = 2.0
"""Pixels a logical pixel of a bitmap."""
_DPI: Final = 96
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_TEXTURE: Final = re.compile(r"^texpattern")
_NUMBER: Final = re.compile(r"-?[0-9.]+(?:e[-+]?[0-9]+)?")
_POINT: Final = re.compile(rf"({_NUMBER.pattern}),({_NUMBER.pattern})")


def check_picture(path: Path) -> Path:
    """Return the file that a picture would be written to.

    Raises InputError for a kind that is not written and for a place where nothing can be written.
    """
    if path.suffix.lower() not in PICTURE_KINDS:
        raise InputError("the name of a picture ends in .png, .svg or .pdf", str(path))
    return check_target(path)


def write_picture(widget: QWidget, path: Path, title: str, ratio: float = SCREEN_RATIO) -> None:
    """Write a widget's picture, whole or not at all; the suffix says as what.

    Raises InputError.
    """
    check_picture(path)
    replace_bytes(path, [encode(widget, path.suffix.lower(), title, ratio)])


def encode(widget: QWidget, kind: str, title: str, ratio: float = SCREEN_RATIO) -> bytes:
    """Return the bytes of a widget's picture; `kind` is one of PICTURE_KINDS."""
    return finished(take(widget, kind, title, ratio))


@dataclass(frozen=True, slots=True)
class Taken:
    """All that a picture is made of, as plain values: `finished` makes its file of them, in any process.

    Parameters
    ----------
    kind : str
        One of PICTURE_KINDS.
    title : str
    size : (width, height)
        In logical pixels.
    content : Pixels or Recorded
        A bitmap for PNG, else what the widget has painted.
    """

    kind: str
    title: str
    size: tuple[int, int]
    content: Pixels | Recorded


def take(widget: QWidget, kind: str, title: str, ratio: float = SCREEN_RATIO) -> Taken:
    """Let a widget paint its picture: the part that only the window's thread can do."""
    size = (widget.width(), widget.height())
    if kind == ".png":
        return Taken(kind, title, size, pixels_of(picture_image(widget, ratio)))
    recorder = Recorder()
    painter = QPainter(recorder)
    with _drawn_as_vectors(widget):
        QWidget.render(widget, painter, QPoint())
    painter.end()
    return Taken(kind, title, size, recorder.recorded())


def finished(taken: Taken) -> bytes:
    """Return the bytes of the picture's file; needs a QGuiApplication with the fonts of the theme."""
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if isinstance(taken.content, Recorded):
        (_pdf if taken.kind == ".pdf" else _svg)(taken, restored(taken.content), buffer)
    else:
        image_of(taken.content).save(buffer, "PNG")  # type: ignore[call-overload]
    found = bytes(written.data())
    return _tidied(found) if taken.kind == ".svg" else found


def picture_image(widget: QWidget, ratio: float = SCREEN_RATIO) -> QImage:
    """Return a bitmap of a widget with `ratio` device pixels a logical pixel."""
    image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(widget.palette().window().color())
    QWidget.render(widget, image, QPoint())  # a QGraphicsView has a render of its own
    return image


def _pdf(taken: Taken, picture: QPicture, buffer: QBuffer) -> None:
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setTitle(taken.title)
    writer.setCreator("flgui")
    size = QSizeF(*taken.size) * 72 / _DPI
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Point, taken.title, exact))
    writer.setPageMargins(QMarginsF())
    painter = QPainter(writer)
    picture.play(painter)
    painter.end()


def _svg(taken: Taken, picture: QPicture, buffer: QBuffer) -> None:
    # Qt writes clips without the offset of the widget inside the one that is rendered (seen in 6.11.3);
    # played from a QPicture there is no such offset. SVG Tiny, the default, has no clips at all.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(_DPI)
    generator.setSize(QSize(*taken.size))
    generator.setViewBox(QRect(QPoint(), QSize(*taken.size)))
    generator.setTitle(taken.title)
    generator.setDescription("Drawn by flgui")
    painter = QPainter(generator)
    picture.play(painter)
    painter.end()


@contextmanager
def _drawn_as_vectors(widget: QWidget) -> Iterator[None]:
    """Let pyqtgraph's items paint their symbols instead of kept pixmaps."""
    views = [v for v in (widget, *widget.findChildren(QGraphicsView)) if isinstance(v, QGraphicsView)]
    items = [
        item
        for view in views
        if view.scene() is not None
        for item in view.scene().items()
        if hasattr(item, "setExportMode")
    ]
    for item in items:
        item.setExportMode(True, {"antialias": True})
    try:
        yield
    finally:
        for item in items:
            item.setExportMode(False)


def _tidied(text: bytes) -> bytes:
    """Turn letters into outlines, scale the hatches, and drop groups that hold nothing."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(text)
    _flatten(root)
    for element in root.iter(f"{{{_SVG}}}text"):
        _outline(element)
    hidden = {
        f"url(#{clip.get('id')})"
        for clip in root.iter(f"{{{_SVG}}}clipPath")
        if all(_is_blank(part) for part in clip)
    }
    _drop_empty(root, hidden)
    for element in root.iter(f"{{{_SVG}}}pattern"):
        if _TEXTURE.match(element.get("id", "")):  # Qt leaves the brush's transform away
            scale = HATCH_CELL / float(element.get("width", HATCH_CELL))
            element.set("patternTransform", f"scale({scale:.6g})")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _drop_empty(parent: ET.Element, hidden: Set[str]) -> None:
    """Drop groups of pens that were not used, blanks, and what is behind the clips `hidden`, which are empty."""
    for child in list(parent):
        _drop_empty(child, hidden)
        unseen = child.get("clip-path") in hidden or f"url(#{child.get('id')})" in hidden
        if unseen or _is_blank(child) or (child.tag == f"{{{_SVG}}}g" and len(child) == 0):
            parent.remove(child)


def _flatten(parent: ET.Element) -> None:
    """Move lines of constant width out of their transform: few viewers know `non-scaling-stroke`."""
    for at, group in reversed(list(enumerate(parent))):
        _flatten(group)
        if "transform" not in group.attrib or not any(_is_constant(child) for child in group):
            continue
        matrix = [float(v) for v in _NUMBER.findall(group.attrib["transform"])]
        kept = {name: value for name, value in group.attrib.items() if name != "transform"}
        parts = []
        for child in group:
            constant = _is_constant(child)
            part = ET.Element(group.tag, kept if constant else group.attrib)
            part.append(child)
            if constant:
                _transform(child, matrix)
            parts.append(part)
        parent[at : at + 1] = parts


def _is_blank(element: ET.Element) -> bool:
    return element.tag == f"{{{_SVG}}}path" and not element.get("d", "").strip()


def _is_constant(element: ET.Element) -> bool:
    return element.get("vector-effect") == "non-scaling-stroke"


def _transform(element: ET.Element, matrix: Sequence[float]) -> None:
    """Apply a matrix to the points of a path or a polyline; Qt writes them all absolute."""
    a, b, c, d, e, f = matrix

    def moved(match: re.Match[str]) -> str:
        x, y = float(match[1]), float(match[2])
        return f"{a * x + c * y + e:.3f},{b * x + d * y + f:.3f}"

    for name in ("d", "points"):
        if name in element.attrib:
            element.set(name, _POINT.sub(moved, element.attrib[name]))
    element.attrib.pop("vector-effect", None)


def _outline(element: ET.Element) -> None:
    place = QPointF(float(element.get("x", 0)), float(element.get("y", 0)))
    words = element.text or ""
    path = QPainterPath()
    path.addText(place, _font_of(element), words)
    kept = {name: element.get(name, "") for name in ("fill", "fill-opacity")}
    element.clear()
    element.tag = f"{{{_SVG}}}path"
    element.attrib.update(kept)
    element.set("fill-rule", "nonzero")
    element.set("stroke", "none")
    element.set("aria-label", words)
    element.set("d", _path_data(path))


def _font_of(element: ET.Element) -> QFont:
    size, weight = element.get("font-size", "12"), element.get("font-weight", "400")
    mono = mono_family() in element.get("font-family", "")
    return font(float(size.removesuffix("px")), int(weight), mono)


def _path_data(path: QPainterPath) -> str:
    kinds = QPainterPath.ElementType
    letters = {kinds.MoveToElement: "M", kinds.LineToElement: "L", kinds.CurveToElement: "C"}
    parts = []
    for at in range(path.elementCount()):
        element = path.elementAt(at)
        parts.append(f"{letters.get(element.type, ' ')}{element.x:.2f} {element.y:.2f}")
    return "".join(parts)
