"""What threads had in use for a while is free again for all, and goes back to the system."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]

_AT_ONCE = """
import sys, threading
from pathlib import Path
from flgui.app import application
from flgui.views.tiles.picture import open_picture
from tests.campaigns.monkey.memory import in_use_mb

app = application()
path = Path(sys.argv[1])
open_picture(path)
before = in_use_mb()
for _ in range(2):
    together = threading.Barrier(4)

    def read() -> None:
        together.wait()
        open_picture(path)
        together.wait()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(in_use_mb() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux says what is in use")
def test_threads_that_read_pictures_leave_nothing_behind(tmp_path: Path) -> None:
    # By itself the C library gives each of these threads a heap of its own, and each keeps its 30 MB.
    path = tmp_path / "large.png"
    image = QImage(2880, 1800, QImage.Format.Format_RGB32)
    image.fill(77)
    assert image.save(str(path))
    run = subprocess.run(
        [sys.executable, "-c", _AT_ONCE, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 5
