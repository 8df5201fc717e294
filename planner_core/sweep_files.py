"""The files of a sweep: its rows as CSV or JSON, and the journal that lets it go on after a break."""

from __future__ import annotations

import csv
import errno
import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

from planner_core.errors import InputError
from planner_core.export.files import check_target, replace_file
from planner_core.export.network_json import network_to_dict
from planner_core.scenario import Scenario

if TYPE_CHECKING:
    from planner_core.sweep import Vary

__all__ = ["COLUMNS", "SUFFIXES", "Journal", "Row", "check_output", "fingerprint", "write_rows"]

Row: TypeAlias = dict[str, Any]

COLUMNS: Final = ("method", "tau", "paths", "grid", "makespan_s", "lower_bound_s", "optimal")
"""The columns behind the varied values."""

SUFFIXES: Final = (".csv", ".json")

_JOURNAL = "flgui.sweep-journal"
_BEGINNING = b'{"format": "flgui.sweep-journal"'


def check_output(path: str | os.PathLike[str]) -> None:
    """Raise InputError unless rows can be written to `path`."""
    if Path(path).suffix.lower() not in SUFFIXES:
        raise InputError(f"the ending is none of {', '.join(SUFFIXES)}", os.fspath(path) or "''")
    check_target(path)


def write_rows(path: str | os.PathLike[str], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Write `rows` as the ending of `path` says; the file is there in full or not at all.

    In CSV an empty field is "none", `inf` is unlimited workers and a grid is RxC. In JSON, which is a list of
    objects, the first two are null and a grid is [R, C].
    """
    is_csv = Path(path).suffix.lower() == ".csv"
    replace_file(path, _csv(columns, rows) if is_csv else _json(columns, rows))


def _csv(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for cells in [list(columns), *([_cell(name, row[name]) for name in columns] for row in rows)]:
        writer.writerow(cells)
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "inf" if name.endswith("-workers") else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "x".join(map(str, value))
    return value if isinstance(value, str) else repr(value)


def _json(columns: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    yield "["
    for k, row in enumerate(rows):
        line = json.dumps({name: row[name] for name in columns}, allow_nan=False)
        yield f"{',' if k else ''}\n{line}"
    yield "\n]\n"


def fingerprint(
    scenario: Scenario, vary: Sequence[Vary], methods: Sequence[str], time_limit: float | None
) -> str:
    """Return a text that two sweeps share only if they ask for the same."""
    s, system = scenario, scenario.system
    request = [
        network_to_dict(scenario.network),
        [getattr(system, name) for name in system.__slots__],
        [s.tau, s.paths, s.grid, s.max_paths],
        [[v.name, list(v.values)] for v in vary],
        sorted(methods),
        time_limit,
    ]
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


class Journal:
    """The points done so far, a line each, in a file beside the output.

    Parameters
    ----------
    output : path
        The file that the sweep is to write; the journal is `output` + ".part".
    request : str
        Fingerprint of the sweep. A journal of another one is replaced, unless that one still runs; a file that is
        no journal is left alone and refused.
    points : int

    Attributes
    ----------
    path : Path
        Where the journal is.
    done : dict from point to its rows
        What an earlier run left.
    """

    def __init__(self, output: str | os.PathLike[str], request: str, points: int) -> None:
        self.path = Path(f"{os.fspath(output)}.part")
        self._points = points
        self._head = {"format": _JOURNAL, "version": 1, "request": request, "points": points}
        self._file: IO[bytes] | None = None
        self.done: dict[int, list[Row]] = {}

    def __enter__(self) -> Journal:
        check_target(self.path)
        try:
            self._file = self.path.open("a+b")  # makes it, and cuts nothing off
            _lock(self._file, self.path)
            kept = self._read(self._file)
            self._file.truncate(kept)  # the last line may have been cut short
            if not kept:
                self._append(self._head)
        except OSError as error:
            self.__exit__()
            raise self._failed(error) from None
        except InputError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, points: Mapping[int, list[Row]]) -> None:
        """Keep the rows of some points; they are on the disk when this returns."""
        try:
            self._append(*({"point": point, "rows": rows} for point, rows in points.items()))
        except OSError as error:
            raise self._failed(error) from None

    def remove(self) -> None:
        """Delete the journal: all is written."""
        self.path.unlink(missing_ok=True)
        self.__exit__()  # only now may another sweep lock a journal of this name

    def _append(self, *values: Any) -> None:
        assert self._file is not None
        self._file.write(b"".join(json.dumps(value, allow_nan=False).encode() + b"\n" for value in values))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self, file: IO[bytes]) -> int:
        """Take over the points of an earlier run; return how many bytes are good, 0 for another sweep's."""
        file.seek(0)
        data = file.read()
        lines = data.split(b"\n")[:-1]
        head = _parsed(lines[0]) if lines else None
        if head != self._head:
            is_ours = isinstance(head, dict) and head.get("format") == _JOURNAL
            if not is_ours and not _BEGINNING.startswith(data[: len(_BEGINNING)]):
                raise InputError(
                    "it is no journal of a sweep, and is kept; give -o another name", str(self.path)
                )
            return 0
        good = len(lines[0]) + 1
        for line in lines[1:]:
            entry = _parsed(line)
            if not self._is_point(entry):
                break
            self.done[entry["point"]] = entry["rows"]
            good += len(line) + 1
        return good

    def _is_point(self, entry: Any) -> bool:
        """Say whether a line is one that `add` wrote; whatever else is there is planned again."""
        if not isinstance(entry, dict) or entry.keys() != {"point", "rows"}:
            return False
        point, rows = entry["point"], entry["rows"]
        if type(point) is not int or not 0 <= point < self._points or not isinstance(rows, list):
            return False
        return all(isinstance(row, dict) and row.keys() >= set(COLUMNS) for row in rows)

    def _failed(self, error: OSError) -> InputError:
        return InputError(f"the file cannot be written: {error.strerror or error}", str(self.path))


def _lock(file: IO[bytes], path: Path) -> None:
    """Keep other sweeps off a journal until it is closed, which the end of a process does, too."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_there = path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except BlockingIOError:
        is_there = False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        return  # a file system without locks
    if not is_there:  # or it was deleted by the sweep that has just ended
        raise InputError("another sweep is writing it", str(path))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
