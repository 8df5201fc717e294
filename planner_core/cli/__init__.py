"""The command line `flplan` (SPEC section 6): options, printing and exit codes; no logic of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from planner_core.cli.parser import UsageError, build_parser
from planner_core.errors import InputError, PlannerError

__all__ = ["main"]

_FAILED = 2
_INTERRUPTED = 130
_PIPE_CLOSED = 141  # what a shell reports of a program that SIGPIPE ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run `flplan` with the arguments `argv`, those of the process by default, and return its exit code.

    0 is success. 2 is an error of the user's, which is one line on standard error. 130 is Ctrl+C. 141 means
    that the reader of standard output went away, which needs no words.
    """
    if sys.stdout is None:  # closed by who started this, which then wants the file only, or the exit code
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    _tolerate_odd_characters()
    try:
        code = _run(argv)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Python flushes once more at exit, which would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt as interrupt:
        return _complain(str(interrupt) or "interrupted", _INTERRUPTED)
    except UsageError as error:
        return _complain(str(error))
    except InputError as error:
        return _complain(str(error) if error.where else f"input: {error}")
    except PlannerError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{error.filename or 'output'}: {error.strerror or error}")


def _run(argv: Sequence[str] | None) -> int:
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as done:  # --help and --version have printed
        return int(done.code or 0)
    run: Callable[..., int] = options.run
    return run(options)


def _complain(text: str, code: int = _FAILED) -> int:
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    print(f"flplan: {line}", file=sys.stderr)
    return code


def _tolerate_odd_characters() -> None:
    """Print names that the terminal's encoding lacks as escapes instead of failing."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
