"""The picture under the tiles: the bundled sample or the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from planner_core.errors import InputError
from planner_core.network.model import Shape
from planner_core.resources import resource

__all__ = ["PICTURE_SUFFIXES", "open_picture", "picture_array", "sample_picture"]

_LEAST = 8  # elements of H and W below which an input is no picture
_LARGEST = 64_000_000
_SHARP_ENOUGH = 2048
"""A picture is read no larger than this on either side; networks see far less."""

PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
"""Names that are taken for pictures."""


def sample_picture() -> QImage:
    """Return the bundled photograph."""
    return open_picture(resource("pictures/sample.jpg"))


def open_picture(path: Path) -> QImage:
    """Read a picture file.

    Raises
    ------
    InputError
        If Qt cannot read it, or it holds more than 64 million pixels.
    """
    if path.exists() and not path.is_file():
        raise InputError("this is no file", str(path))  # reading from a pipe would wait without end
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > _LARGEST:
        raise InputError("the picture holds more than 64 million pixels", str(path))
    if size.isValid() and max(size.width(), size.height()) > _SHARP_ENOUGH:
        reader.setScaledSize(size.scaled(_SHARP_ENOUGH, _SHARP_ENOUGH, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise InputError("this is no picture that can be read", str(path))
    return image.convertToFormat(QImage.Format.Format_RGB888)


def picture_array(image: QImage | None, shape: Shape, size: tuple[int, int]) -> npt.NDArray[np.uint8] | None:
    """Return the picture as the network gets it, in `size` (height, width) device pixels.

    None for no picture, and for an input that is too small to be one. An input of one channel gets it grey.
    """
    channels, height, width = shape
    if image is None or min(height, width) < _LEAST:
        return None
    smooth, stretch = Qt.TransformationMode.SmoothTransformation, Qt.AspectRatioMode.IgnoreAspectRatio
    seen = image.scaled(QSize(width, height), stretch, smooth)
    drawn = seen.scaled(QSize(size[1], size[0]), stretch, smooth).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(drawn.constBits(), dtype=np.uint8).reshape(size[0], drawn.bytesPerLine())
    found = rows[:, : 3 * size[1]].reshape(size[0], size[1], 3)
    if channels == 1:
        grey = found @ np.array([0.299, 0.587, 0.114])
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
    return found.copy()
