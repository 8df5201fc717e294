"""Compiled kernels are kept for exactly the sources that they came from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner_core
from planner_core import compiled
from planner_core.methods.mw import greedy
from planner_core.search.kernels import mw_cell


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of a caller, what it calls, and a module without kernels; nothing is compiled."""
    package = tmp_path / "package"
    package.mkdir()
    for name in ("caller", "callee"):
        (package / f"{name}.py").write_text("from planner_core.jit import kernel\n")
    (package / "plain.py").write_text("VALUE = 1\n")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "_PACKAGE", package)
    compiled._key.cache_clear()
    yield package
    compiled._key.cache_clear()


def _changed(file: Path) -> None:
    file.write_text(file.read_text() + "# changed\n")
    compiled._key.cache_clear()


def test_a_change_of_any_kernel_asks_for_all_anew(package: Path) -> None:
    assert not compiled.is_compiled()
    compiled.note_compiled()
    assert compiled.is_compiled()
    before = compiled.kept_in()
    _changed(package / "callee.py")
    assert not compiled.is_compiled()
    assert compiled.kept_in() != before


def test_a_change_elsewhere_costs_no_compilation(package: Path) -> None:
    compiled.note_compiled()
    _changed(package / "plain.py")
    assert compiled.is_compiled()


def test_what_older_sources_left_goes_once_it_is_old(package: Path) -> None:
    compiled.note_compiled()
    old = compiled.kept_in()
    _changed(package / "caller.py")
    compiled.note_compiled()
    assert old is not None
    assert old.exists()
    os.utime(old, (0, 0))
    _changed(package / "callee.py")
    compiled.note_compiled()
    assert not old.exists()
    assert compiled.is_compiled()


@pytest.mark.usefixtures("package")
def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    compiled.note_compiled()
    assert compiled.kept_in() is None
    assert not compiled.is_compiled()


def test_kernels_that_call_one_another_are_kept_together() -> None:
    folder = compiled.kept_in()
    for kernel in (greedy, mw_cell):
        assert Path(kernel.stats.cache_path).parent == folder


def test_every_kernel_goes_by_the_one_decorator() -> None:
    for source in Path(planner_core.__file__).parent.rglob("*.py"):
        if source.name != "jit.py":
            assert not re.search(r"numba import .*\bn?jit\b|numba\.n?jit", source.read_text("utf-8")), source
