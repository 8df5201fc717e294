"""Recordings: with its images put back a recording has the bytes of one that never left them out."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPicture
from pytestqt.qtbot import QtBot

from flgui.theme.recording import Recorder, draw_image, image_of, pixels_of, restored

Format = QImage.Format


def noise(width: int, height: int, kind: Format, seed: int) -> QImage:
    values = np.random.default_rng(seed).integers(0, 255, (height, width, 4), np.uint8)
    image = QImage(values.tobytes(), width, height, 4 * width, Format.Format_RGBA8888).copy()
    return image.convertToFormat(kind)


def paint(device: QPicture, images: list[QImage]) -> None:
    painter = QPainter(device)
    painter.setPen(QPen(QColor("red"), 2))
    painter.setClipRect(QRect(5, 5, 190, 190))
    painter.translate(3, 4)
    painter.drawText(20, 150, "words " * 60)  # commands of both lengths
    for number, image in enumerate(images):
        painter.rotate(5)
        draw_image(painter, QRectF(10, 10 + number, 150, 100), image)
        painter.drawImage(60, 60, image.copy(0, 0, 3, 3))  # small ones may be in it at once
        draw_image(painter, QPointF(2.5, 7), image)
    painter.drawEllipse(50, 50, 40, 80)
    painter.end()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_images_put_back_make_the_recording_that_has_them(qtbot: QtBot, count: int) -> None:
    kinds = (Format.Format_RGBA8888, Format.Format_RGB32, Format.Format_RGB888)
    images = [noise(40 + 13 * k, 9 + 31 * k, kinds[k], k) for k in range(count)]
    for image in images:
        image.setDevicePixelRatio(2)
    whole, recorder = QPicture(), Recorder()
    paint(whole, images)
    paint(recorder, images)
    sent = pickle.loads(pickle.dumps(recorder.recorded()))
    made = restored(sent)
    assert bytes(made.data()) == bytes(whole.data())  # type: ignore[call-overload]
    assert len(sent.commands) < 6000
    canvas = QImage(220, 220, Format.Format_RGB32)
    painter = QPainter(canvas)
    assert made.play(painter)  # Qt finds the checksum right
    painter.end()


def test_an_image_is_the_same_when_it_was_plain_values(qtbot: QtBot) -> None:
    for kind in (Format.Format_RGB32, Format.Format_ARGB32_Premultiplied, Format.Format_RGBA8888):
        image = noise(33, 21, kind, 7)
        image.setDevicePixelRatio(3)
        again = image_of(pixels_of(image))
        assert again == image
        assert again.devicePixelRatioF() == 3
