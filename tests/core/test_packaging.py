"""What is installed: the wheel holds all it needs, and the core needs no Qt."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).resolve().parents[2]
IMPORTED_AS = {"PySide6-Essentials": "PySide6", "fast-sugiyama": "fast_sugiyama", "pillow": "PIL"}
BROUGHT_ALONG = {"shiboken6", "llvmlite"}  # by PySide6 and numba, in the one version that fits them

WITHOUT_QT = """
import sys
sys.modules.update(dict.fromkeys(("PySide6", "pyqtgraph", "flgui")))  # None: importing them fails
"""


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel installs."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)} | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_wheel_brings_its_data_files(installed: Path) -> None:
    data = {path.relative_to(CHECKOUT / "resources") for path in (CHECKOUT / "resources").rglob("*.*")}
    packed = installed / "planner_core" / "resources"
    assert {path.relative_to(packed) for path in packed.rglob("*.*")} == data


def test_the_wheel_brings_the_two_packages_only(installed: Path) -> None:
    names = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"flgui", "planner_core"}


def test_an_installed_planner_finds_its_data_files_from_any_folder(installed: Path) -> None:
    ended = _python(
        "from planner_core.resources import resource; print(resource('themes/tokens.json'))",
        PYTHONPATH=str(installed),
    )
    assert Path(ended.stdout.strip()) == installed / "planner_core" / "resources" / "themes" / "tokens.json"


def test_an_installed_planner_lists_its_networks(installed: Path) -> None:
    ended = _python(
        "from planner_core.cli import main; raise SystemExit(main(['models']))", PYTHONPATH=str(installed)
    )
    assert ended.returncode == 0, ended.stderr
    assert "alexnet" in ended.stdout


def test_every_module_of_the_core_is_imported_without_qt() -> None:
    ended = _python(
        WITHOUT_QT
        + """
import importlib, pkgutil, planner_core
for module in pkgutil.walk_packages(planner_core.__path__, "planner_core."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
"""
    )
    assert ended.returncode == 0, ended.stderr


def test_a_network_is_planned_without_qt() -> None:
    ended = _python(
        WITHOUT_QT + "from planner_core.cli import main; sys.exit(main(sys.argv[1:]))",
        *("plan", "alexnet", "--max-paths", "4"),
    )
    assert ended.returncode == 0, ended.stderr
    assert "MW" in ended.stdout


def _extras(project: dict[str, Any]) -> list[str]:
    """What users may add; `test` and `bench` are for those who work on the planner."""
    extras = project["optional-dependencies"]
    return [text for name, wanted in extras.items() if name not in ("test", "bench") for text in wanted]


def test_every_package_that_is_imported_is_required(project: dict[str, Any]) -> None:
    names = {Requirement(text).name for text in project["dependencies"] + _extras(project)}
    required = {IMPORTED_AS.get(name, name) for name in names}
    files = [path for package in ("flgui", "planner_core") for path in (CHECKOUT / package).rglob("*.py")]
    imported = {name for path in files for name in _imports(path)}
    assert imported - sys.stdlib_module_names - BROUGHT_ALONG - {"flgui", "planner_core"} <= required


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_the_readme_says_what_each_package_is_for(project: dict[str, Any]) -> None:
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    names = {Requirement(text).name for text in project["dependencies"] + _extras(project)}
    assert {name for name in names if f"| {name} " not in readme} == set()


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_broken_pyside_is_kept_from_the_pythons_it_breaks(project: dict[str, Any], python: str) -> None:
    requirements = [Requirement(text) for text in project["dependencies"] if text.startswith("PySide6")]
    (applies,) = (
        each
        for each in requirements
        if each.marker is not None and each.marker.evaluate({"python_version": python})
    )
    assert applies.specifier.contains("6.11.3")
    assert applies.specifier.contains("6.12.0") == (python != "3.11")


def test_the_changelog_has_the_version(project: dict[str, Any]) -> None:
    changelog = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## {re.escape(project['version'])}\b", changelog, re.MULTILINE)
