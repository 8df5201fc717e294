"""Documents: networks, plans and work in and out of files, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from flgui.state.loader import Loader
from flgui.state.work import Work
from planner_core.errors import InputError, MissingShapeError
from planner_core.importers import bundled_names, load_network
from planner_core.importers.json_text import read_json
from planner_core.network.model import Network, Shape
from planner_core.plan import PlanSet
from planner_core.zoo import BUNDLED

__all__ = ["Documents", "Refusal", "Source", "is_bundled", "read", "refusal", "source_of_plan", "title_of"]

_LONGEST = 60
"""Letters of a file's name in a message."""
_PLAN_FORMAT, _WORK_FORMAT = "flgui.plan", "flgui.work"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a network came from.

    `argument` is flplan's MODEL; `can_fold` says whether folding has any say in what it reads, `input_shapes`
    holds pairs of an input's name and its (C, H, W), which the user gave.
    """

    argument: str
    fold: bool = True
    can_fold: bool = True
    input_shapes: tuple[tuple[str, Shape], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not opened or written: its name, and why, in a sentence."""

    name: str
    cause: str
    writing: bool = False


class Documents(QObject):
    """Reads beside the user-interface thread, and writes whole files or none."""

    network_opened = Signal(object, object)
    """Network and its Source."""
    plan_opened = Signal(object, object)
    """PlanSet and the path it came from."""
    work_opened = Signal(object, object)
    """Work and the path it came from."""
    shapes_missing = Signal(object, object)
    """Source of a file that was not opened, and the MissingShapeError that says what it leaves open."""
    refused = Signal(object)
    reading_changed = Signal(str)
    """What is being read from now on; empty when that is over, whatever came of it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: dict[Network, Source] = {}
        self._loader = Loader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_failed)

    def source_of(self, network: Network) -> Source:
        """Where `network` came from; one that came with a plan goes by its name."""
        return self._sources.get(network, Source(network.name, True, False))

    def remember(self, network: Network, source: Source) -> None:
        """Note where a network came from."""
        self._sources[network] = source

    def open(
        self, argument: str | Path, fold: bool = True, input_shapes: tuple[tuple[str, Shape], ...] = ()
    ) -> None:
        """Read a bundled name, a network, plan or work file; answers come as signals."""
        name = str(argument)
        can_fold = is_bundled(name) or Path(name).suffix.lower() != ".json"
        source = Source(name, fold if can_fold else True, can_fold, input_shapes)
        self.reading_changed.emit(name)
        self._loader.run(source, partial(read, name, source.fold, dict(input_shapes)))

    def close(self) -> None:
        """Drop what is still being read."""
        self._loader.close()

    @Slot(object, object)
    def _on_loaded(self, source: Source, result: Network | PlanSet | Work) -> None:
        self.reading_changed.emit("")
        if isinstance(result, Work):
            self.work_opened.emit(result, Path(source.argument))
            return
        if isinstance(result, PlanSet):
            self.plan_opened.emit(result, Path(source.argument))
            return
        self.remember(result, source)
        self.network_opened.emit(result, source)

    @Slot(object, object)
    def _on_failed(self, source: Source, error: Exception) -> None:
        self.reading_changed.emit("")
        if isinstance(error, MissingShapeError):
            self.shapes_missing.emit(source, error)
        else:
            self.refused.emit(refusal(source.argument, error))


def is_bundled(name: str) -> bool:
    """Say whether `name` is that of a network that comes with the planner."""
    return name in bundled_names()


def source_of_plan(network: Network, path: str | Path) -> Source:
    """Where the network of a plan file comes from: the bundled one that it equals, else the file itself."""
    if is_bundled(network.name):
        for fold in (True, False):
            if load_network(network.name, fold=fold) == network:
                return Source(network.name, fold, True)
    return Source(str(path), True, False)


def title_of(name: str) -> str:
    """Return the printed name of a bundled network, "AlexNet"; any other name stays as it is."""
    return BUNDLED[name].title if name in BUNDLED else name


def refusal(name: str, error: Exception, writing: bool = False) -> Refusal:
    """Return what to say of an error with a file."""
    short = _shortened(Path(name).name or name)
    cause = error.cause if isinstance(error, InputError) else str(error)
    if isinstance(error, OSError):
        cause = error.strerror or str(error)
    return Refusal(short, _sentence(cause), writing)


def read(name: str, fold: bool, input_shapes: Mapping[str, Shape] | None = None) -> Network | PlanSet | Work:
    """Return the bundled network, the network, the plans or the work that `name` stands for.

    Raises InputError with the file's name.
    """
    known = None if is_bundled(name) else _format_of(Path(name))
    if known == _PLAN_FORMAT:
        from planner_core.export import read_plan  # pulls in the schema checker, which a start does not need

        return read_plan(Path(name))
    if known == _WORK_FORMAT:
        from flgui.state.work_reader import read_work  # see above

        return read_work(Path(name))
    return load_network(name, fold=fold, input_shapes=input_shapes)


def _format_of(path: Path) -> object:
    """Return what a JSON file calls itself; a file that is no JSON is left to the network readers."""
    try:
        if path.suffix.lower() != ".json" or not path.is_file():
            return None
        data = read_json(path)
    except (InputError, OSError):  # a name that is too long is an OSError
        return None
    return data.get("format") if isinstance(data, dict) else None


def _shortened(name: str) -> str:
    """Return a name that leaves room for what is said of it: the middle of a long one is left out."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 20]}…{name[-19:]}"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
