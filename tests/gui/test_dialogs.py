"""The save dialog's answer: a name without its ending gets it, the kind chosen counts, no file is lost unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from flgui.dialogs import Dialogs

WORK = "Work (*.flwork.json)"
PICTURES = "PNG picture (*.png);;SVG drawing (*.svg);;PDF document (*.pdf)"
PNG, SVG, PDF = PICTURES.split(";;")


class Chooser:
    """Stands for Qt's dialogs: gives the names and answers of a test, and notes what was asked."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *names: tuple[str, str], replace: bool = True
    ) -> None:
        self.names = list(names)
        self.button = QMessageBox.StandardButton.Yes if replace else QMessageBox.StandardButton.No
        self.proposals: list[str] = []
        self.questions: list[str] = []
        monkeypatch.setattr(QFileDialog, "getSaveFileName", self._name)
        monkeypatch.setattr(QMessageBox, "question", self._question)

    def _name(self, window: QWidget, title: str, proposal: str, kinds: str) -> tuple[str, str]:
        self.proposals.append(proposal)
        return self.names.pop(0)

    def _question(self, window: QWidget, title: str, text: str, *rest: object) -> QMessageBox.StandardButton:
        self.questions.append(text)
        return self.button


@pytest.mark.parametrize(
    ("typed", "kind", "kinds", "suffix", "written"),
    [
        ("mine", WORK, WORK, ".flwork.json", "mine.flwork.json"),
        ("Vergleich 5.5 GHz", WORK, WORK, ".flwork.json", "Vergleich 5.5 GHz.flwork.json"),
        ("mine.flwork.json", WORK, WORK, ".flwork.json", "mine.flwork.json"),
        ("mine.json", WORK, WORK, ".flwork.json", "mine.json"),
        ("MINE.FLWORK.JSON", WORK, WORK, ".flwork.json", "MINE.FLWORK.JSON"),
        ("chart", PNG, PICTURES, ".png", "chart.png"),
        ("chart", SVG, PICTURES, ".png", "chart.svg"),
        ("chart.pdf", PNG, PICTURES, ".png", "chart.pdf"),
        ("proposed.png", SVG, PICTURES, ".png", "proposed.svg"),
        ("100.5 Mbit", PDF, PICTURES, ".png", "100.5 Mbit.pdf"),
        ("chart", "", PICTURES, ".png", "chart.png"),
        ("n" * 300, WORK, WORK, ".flwork.json", "n" * 300 + ".flwork.json"),  # refused in words when written
    ],
)
def test_a_name_gets_the_ending_of_the_kind_that_was_chosen(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    typed: str,
    kind: str,
    kinds: str,
    suffix: str,
    written: str,
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    chooser = Chooser(monkeypatch, (str(tmp_path / typed), kind))
    path = Dialogs(window).save_file("Save", str(tmp_path / f"proposed{suffix}"), kinds, suffix)
    assert path == tmp_path / written
    assert chooser.questions == []


def test_a_file_that_only_the_ending_makes_the_same_is_asked_about(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    (tmp_path / "mine.flwork.json").write_text("kept", "utf-8")
    names = (str(tmp_path / "mine"), WORK), ("", "")
    chooser = Chooser(monkeypatch, *names, replace=False)
    assert Dialogs(window).save_file("Save", "", WORK, ".flwork.json") is None
    assert chooser.questions == ["mine.flwork.json is there already. Replace it?"]
    assert chooser.proposals == ["", str(tmp_path / "mine.flwork.json")]
    Chooser(monkeypatch, names[0])
    assert Dialogs(window).save_file("Save", "", WORK, ".flwork.json") == tmp_path / "mine.flwork.json"
