"""The files of a sweep: its rows as CSV or JSON, and the journal that lets it go on after a break."""

from __future__ import annotations

import csv
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
        Fingerprint of the sweep. A journal of another one is replaced.
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
        self._head = {"format": _JOURNAL, "version": 1, "request": request, "points": points}
        self._file: IO[bytes] | None = None
        self.done: dict[int, list[Row]] = {}

    def __enter__(self) -> Journal:
        check_target(self.path)
        try:
            kept = self._read()
            self._file = self.path.open("r+b" if kept else "wb")
            if kept:
                self._file.truncate(kept)  # the last line may have been cut short
                self._file.seek(kept)
            else:
                self._append(self._head)
        except OSError as error:
            raise self._failed(error) from None
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
        self.__exit__()
        self.path.unlink(missing_ok=True)

    def _append(self, *values: Any) -> None:
        assert self._file is not None
        self._file.write(b"".join(json.dumps(value, allow_nan=False).encode() + b"\n" for value in values))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self) -> int:
        """Take over the points of an earlier run; return how many bytes are good, 0 for another sweep's."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return 0
        lines = data.split(b"\n")[:-1]
        if not lines or _parsed(lines[0]) != self._head:
            return 0
        good = len(lines[0]) + 1
        for line in lines[1:]:
            entry = _parsed(line)
            if not isinstance(entry, dict) or entry.keys() != {"point", "rows"}:
                break
            self.done[entry["point"]] = entry["rows"]
            good += len(line) + 1
        return good

    def _failed(self, error: OSError) -> InputError:
        return InputError(f"the file cannot be written: {error.strerror or error}", str(self.path))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
