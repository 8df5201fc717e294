"""Recordings: what a widget paints, kept as commands that another process plays into a file.

A QPicture compresses every image as it is recorded, and a large one takes a tenth of a second. So views draw images
by `draw_image`, which leaves a blank of the same size in a recording and keeps the pixels beside it; `restored` puts
them in where there is time for that.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from PySide6.QtCore import QByteArray, QDataStream, QIODevice, QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPicture

__all__ = ["Pixels", "Recorded", "Recorder", "draw_image", "image_of", "pixels_of", "restored"]

Pixels: TypeAlias = "tuple[int, int, int, int, float, bytes]"
"""Width, height, format, bytes a line, device pixels a logical pixel, data."""

_HEAD: Final = 4  # "QPIC", then the checksum of all that follows it
_OPENING: Final = 32
"""Tag, checksum, two numbers of the format; then what begins, the box around all and how many commands there are."""
_LONG: Final = 255
_REFLECTED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Recorded:
    """Commands of a QPicture with blanks, and the pixels that belong there; any process can have it."""

    commands: bytes
    blanks: tuple[bytes, ...]
    images: tuple[Pixels, ...]


class Recorder(QPicture):
    """A QPicture that holds images back."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[Pixels] = []
        self._blanks: list[bytes] = []

    def blank(self, image: QImage) -> QImage:
        """Keep an image, and return the blank that stands for it: as large, of one bit a pixel."""
        number = len(self._images) + 1
        blank = QImage(image.size(), QImage.Format.Format_Mono)
        blank.setColorTable([0xFF000000 | number, 0xFF000000 | number << 12])  # tells it from all others
        blank.setDevicePixelRatio(image.devicePixelRatioF())
        blank.fill(0)
        self._images.append(pixels_of(image))
        self._blanks.append(_streamed(blank))
        return blank

    def recorded(self) -> Recorded:
        """Return all of it; only after painting has ended."""
        commands = bytes(self.data())  # type: ignore[call-overload]  # the stub says object
        return Recorded(commands, tuple(self._blanks), tuple(self._images))


def draw_image(painter: QPainter, place: QRectF | QPointF, image: QImage) -> None:
    """Draw an image over a rectangle, or from a corner on; a Recorder gets a blank."""
    device = painter.paintEngine().paintDevice()
    painter.drawImage(place, device.blank(image) if isinstance(device, Recorder) else image)


def pixels_of(image: QImage) -> Pixels:
    """Return an image as plain values."""
    lines = bytes(image.constBits())
    return (
        image.width(), image.height(), image.format().value, image.bytesPerLine(), image.devicePixelRatioF(), lines,
    )  # fmt: skip


def image_of(pixels: Pixels) -> QImage:
    """Return the image that `pixels_of` took apart; it reads the bytes of `pixels` where they are."""
    width, height, kind, line, ratio, lines = pixels
    image = QImage(lines, width, height, line, QImage.Format(kind))
    image.setDevicePixelRatio(ratio)
    return image


def restored(recorded: Recorded) -> QPicture:
    """Return the QPicture that would have been recorded with the images in it."""
    images = [_streamed(image_of(pixels)) for pixels in recorded.images]
    parts = [_with_images(*command, recorded.blanks, images) for command in _commands(recorded.commands)]
    body = recorded.commands[_HEAD + 2 : _OPENING] + b"".join(parts)
    data = recorded.commands[:_HEAD] + struct.pack(">H", _checksum(body)) + body
    picture = QPicture()
    picture.setData(data)
    return picture


def _commands(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (code, content) of every command behind what opens the recording."""
    at = _OPENING
    while at < len(data):
        code, length = data[at], data[at + 1]
        at += 2
        if length == _LONG:
            (length,) = struct.unpack_from(">I", data, at)
            at += 4
        yield code, data[at : at + length]
        at += length


def _with_images(code: int, content: bytes, blanks: Sequence[bytes], images: Sequence[bytes]) -> bytes:
    for blank, image in zip(blanks, images, strict=True):
        if len(content) < len(blank) + 100 and blank in content:
            content = content.replace(blank, image)
    if len(content) >= _LONG:
        return bytes((code, _LONG)) + struct.pack(">I", len(content)) + content
    return bytes((code, len(content))) + content


def _checksum(data: bytes) -> int:
    """Return Qt's CRC-16 (ISO 3309): Python's own, on bits in the other order."""
    found = binascii.crc_hqx(data.translate(_REFLECTED), 0xFFFF)
    return (_REFLECTED[found & 0xFF] << 8 | _REFLECTED[found >> 8]) ^ 0xFFFF


def _streamed(image: QImage) -> bytes:
    """Return an image as QPicture writes it into its commands."""
    data = QByteArray()
    stream = QDataStream(data, QIODevice.OpenModeFlag.WriteOnly)
    stream.setVersion(QDataStream.Version.Qt_6_0)
    stream << image
    return bytes(data.data())
