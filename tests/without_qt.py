"""A pytest plugin: the tests run as if Qt were not installed.

pytest -p no:pytest-qt -p tests.without_qt tests/core
"""

from __future__ import annotations

import signal
import sys

import pytest

# `./check` runs this beside the window's tests: what a shell starts in the background ignores Ctrl+C, and so would
# the commands whose answer to Ctrl+C is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.modules.update(dict.fromkeys(("PySide6", "shiboken6", "pyqtgraph", "flgui")))  # None: importing fails


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the options of pytest-qt, which are in pyproject.toml."""
    for name in ("qt_api", "qt_log_level_fail"):
        parser.addini(name, "for pytest-qt")
    parser.addini("qt_log_ignore", "for pytest-qt", type="linelist")
