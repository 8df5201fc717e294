"""`flgui`: reads the command line and refuses what cannot work before any Qt call.

This module imports no Qt: the planning process imports it again when it starts.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import importlib.metadata
import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NoReturn

from flgui.text import PICTURE_KINDS
from planner_core.errors import InputError
from planner_core.network.given_shapes import parse_shape
from planner_core.network.model import Shape

__all__ = ["check_display", "check_pyside", "main", "prepare"]

_SIZE = re.compile(r"([0-9]{3,5})x([0-9]{3,5})")
_LARGEST = 8192  # pixels; Qt cannot draw into much larger pictures


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `flgui`; returns the exit code: 2 for what the user can mend, with one line on stderr."""
    try:
        options = _parser().parse_args(arguments)
        _check_snapshot_options(options)
        if options.input_shapes and options.model is None:
            raise InputError("it goes with a model, which is missing", "--input-shape")
        check_pyside(_pyside_version(), sys.version_info[:2])
        if options.snapshot is not None:
            return _snapshot(options)
        check_display(os.environ, sys.platform)
        prepare()
        from flgui.app import open_window  # Qt only from here on

        return open_window(options.model, options.theme, tuple(options.input_shapes))
    except InputError as error:
        line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(error))
        print(f"flgui: {line}", file=sys.stderr)
        return 2


def prepare() -> None:
    """Prepare a quick start: load what is without Qt, and leave garbage alone until `flgui.afterwards`.

    To walk what is being loaded, again and again, takes a tenth of the start.
    """
    gc.disable()
    import flgui.ahead  # noqa: F401 - the planning process, which imports this module, does without


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line that begins with the option."""

    def error(self, message: str) -> NoReturn:
        raise InputError(message.removeprefix("argument "))


def check_pyside(version: str | None, python: tuple[int, int]) -> None:
    """Refuse PySide6 6.12 on Python before 3.12, where every void Qt call loses a reference to None.

    Raises InputError.
    """
    if version is None:
        raise InputError("PySide6 is not installed; run: pip install 'PySide6-Essentials<6.12'")
    if version.split(".")[:2] == ["6", "12"] and python < (3, 12):
        raise InputError(
            f"PySide6 {version} crashes on Python {python[0]}.{python[1]}; "
            "run: pip install 'PySide6-Essentials<6.12', or use Python 3.12"
        )


def check_display(environment: Mapping[str, str], platform: str) -> None:
    """Refuse to start where Qt would abort: on Linux without a display, or without a library that it needs.

    Raises InputError.
    """
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if environment.get("WAYLAND_DISPLAY"):
        return
    display = environment.get("DISPLAY", "")
    if not display or not _answers(display):
        found = f"the display '{display}' does not answer" if display else "there is no display"
        raise InputError(f"{found}; to draw the window into a file instead, use --snapshot PICTURE.png")
    try:
        ctypes.CDLL("libxcb-cursor.so.0")
    except OSError:
        raise InputError(
            "the library libxcb-cursor0 is missing; on Debian and Ubuntu: apt-get install libxcb-cursor0"
        ) from None


def _answers(display: str) -> bool:
    """Whether an X server listens on a local display; one on another host is left to Qt."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if host not in ("", "unix", "localhost") or not number.isdigit():
        return True
    with closing(socket.socket(socket.AF_UNIX)) as probe:
        for address in (f"\0/tmp/.X11-unix/X{number}", f"/tmp/.X11-unix/X{number}"):
            if probe.connect_ex(address) == 0:
                return True
    with closing(socket.socket(socket.AF_INET)) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", 6000 + int(number))) == 0


def _check_snapshot_options(options: argparse.Namespace) -> None:
    """Refuse what would have no effect, and files that cannot be written, before any planning."""
    if options.snapshot is None:
        for name in ("plan", "size"):
            if getattr(options, name) is not None:
                raise InputError("it goes with --snapshot, which is missing", f"--{name}")
        return
    from planner_core.export.files import check_target  # the window does without

    picture = check_target(options.snapshot)
    if picture.suffix.lower() not in PICTURE_KINDS:
        raise InputError("the name of a picture ends in .png, .svg or .pdf", str(options.snapshot))
    plan = None if options.plan is None else check_target(options.plan)
    if plan == picture:
        raise InputError("it is the file that --snapshot writes", "--plan")
    model = os.path.realpath(options.model or "")  # Path.resolve fails at names that are too long
    for name, file in (("snapshot", picture), ("plan", plan)):
        if file is not None and str(file) == model and file.is_file():
            raise InputError("it is the model itself, which would be overwritten", f"--{name}")


def _snapshot(options: argparse.Namespace) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from flgui.snapshot import take_snapshot  # Qt only from here on

    size = options.size or (1440, 900)
    shapes = tuple(options.input_shapes)
    take_snapshot(options.model, options.theme, options.snapshot, options.plan, size, shapes)
    print(f"picture of the window: {options.snapshot}")
    if options.plan is not None:
        print(f"plan: {options.plan}")
    return 0


def _pyside_version() -> str | None:
    for name in ("PySide6-Essentials", "PySide6"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="flgui", description="The fused-layer planner's window.")
    parser.add_argument("model", nargs="?", help="a bundled network, or a network or plan file")
    parser.add_argument("--theme", choices=("light", "dark"), help="instead of the one that is remembered")
    parser.add_argument(
        "--input-shape",
        dest="input_shapes",
        action="append",
        default=[],
        type=_input_shape,
        metavar="[NAME=]CxHxW",
        help="shape of a network input that MODEL leaves open, such as 3x224x224",
    )
    parser.add_argument(
        "--snapshot", type=Path, metavar="PICTURE", help="draw into a .png, .svg or .pdf file, and end"
    )
    parser.add_argument("--plan", type=Path, metavar="PLAN.json", help="with --snapshot: the plans as well")
    parser.add_argument("--size", type=_size, metavar="WxH", help="with --snapshot")
    return parser


def _input_shape(text: str) -> tuple[str, Shape]:
    try:
        return parse_shape(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(error.cause) from None


def _size(text: str) -> tuple[int, int]:
    match = _SIZE.fullmatch(text)
    if match is None or max(int(match[1]), int(match[2])) > _LARGEST:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not WIDTHxHEIGHT from 100 to {_LARGEST} pixels, such as 1440x900"
        )
    return int(match[1]), int(match[2])


if __name__ == "__main__":
    sys.exit(main())
