"""Invitation: what an empty canvas says."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flgui.theme.fonts import font
from flgui.theme.tokens import Tokens

__all__ = ["Invitation"]


class Invitation(QWidget):
    """A few words and two ways to begin."""

    new_asked = Signal()
    copy_asked = Signal()
    size_changed = Signal()
    """Its words need another size: a page takes on the style of the window when it is put there."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        title = QLabel("Draw a network", self)
        title.setFont(font(Tokens.load("light").size("type.editorTitle.px"), 600))
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text = QLabel(
            "Drag a layer from the left, or press A and type its name.\nA whole network is planned at once.",
            self,
        )
        self._text.setObjectName("messageText")
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.new = QPushButton("New network", self)
        self.new.setObjectName("primaryButton")
        self.new.setToolTip("Begin with an input (Ctrl+N)")
        self.copy = QPushButton(self)
        self.copy.setToolTip("Put the open network on the canvas; the file itself stays as it is")
        self.new.clicked.connect(self._on_new)
        self.copy.clicked.connect(self._on_copy)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.new)
        row.addWidget(self.copy)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for part in (title, self._text):
            column.addWidget(part)
        column.addLayout(row)

    def set_theme(self, tokens: Tokens) -> None:
        """Paint with these tokens."""
        self.update()

    def set_network(self, title: str) -> None:
        """Name the open network."""
        self.copy.setText(f"Edit a copy of {title}")

    def event(self, event: QEvent) -> bool:
        """Announce what changes its size."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.size_changed.emit()
        return done

    @Slot()
    def _on_new(self) -> None:
        self.new_asked.emit()

    @Slot()
    def _on_copy(self) -> None:
        self.copy_asked.emit()
