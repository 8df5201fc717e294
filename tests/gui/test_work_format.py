"""Work files: what they hold comes back to the last bit; bad ones are named."""

from __future__ import annotations

import copy
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from work_factory import odd_work, same

from flgui.state.work import Work, work_to_dict, write_work
from flgui.state.work_reader import read_work, work_from_dict
from planner_core.errors import InputError
from planner_core.importers import load_network
from planner_core.resources import resource


@pytest.fixture(scope="module")
def work() -> Work:
    return odd_work()


jsonschema = pytest.importorskip("jsonschema")


referencing = pytest.importorskip("referencing")


def test_work_comes_back_from_its_file_to_the_last_bit(work: Work, tmp_path: Path) -> None:
    file = tmp_path / "a.flwork.json"
    write_work(work, file)
    same(read_work(file), work)
    again = tmp_path / "b.flwork.json"
    write_work(read_work(file), again)
    assert again.read_bytes() == file.read_bytes()


def test_the_command_line_takes_a_work_file_as_a_network(work: Work, tmp_path: Path) -> None:
    file = tmp_path / "a.flwork.json"
    write_work(work, file)
    assert load_network(file) == work.scenario.network
    file.write_text('{"format": "flgui.work", "networks": [], "scenario": {"network": 0}}', "utf-8")
    with pytest.raises(InputError, match="network names none of the networks"):
        load_network(file)


def test_the_schema_accepts_what_is_written_and_refuses_unknown_keys(work: Work) -> None:
    schemas = [
        json.loads(resource(f"schemas/{n}.schema.json").read_text("utf-8"))
        for n in ("work", "plan", "network")
    ]
    jsonschema.Draft202012Validator.check_schema(schemas[0])
    registry = referencing.Registry().with_resources(
        [(schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas[1:]]
    )
    validator = jsonschema.Draft202012Validator(schemas[0], registry=registry)
    data = work_to_dict(work)
    validator.validate(data)
    validator.validate(work_to_dict(Work(work.scenario)))
    for at in ((), ("scenario",), ("pins", 0), ("pins", 0, "plans", "methods", 0), ("manual",), ("view",)):
        bad = copy.deepcopy(data)
        spot: Any = bad
        for key in at:
            spot = spot[key]
        spot["huh"] = 1
        assert not validator.is_valid(bad)
        with pytest.raises(InputError, match="huh is no known key"):
            work_from_dict(bad)


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("version",), 2, "version is 2"),
        (("scenario", "network"), 9, "scenario.network is 9, but there are 2 networks"),
        (("scenario", "tau"), 99, "scenario: tau 99 is outside 1 to 4"),
        (("scenario", "system", "rate_bps"), 0, "scenario.system.rate_bps is 0"),
        (("pins", 0, "name"), "zwei …", "pins[1].name is 'zwei …', which is the name of another pin"),
        (("pins", 0, "path"), 4, "pins[0].path is 4, but the last path is 3"),
        (("pins", 0, "more"), [3, 4], "pins[0].more[1] is 4, but the last path is 3"),
        (("pins", 0, "more"), [3, 2], "pins[0].more[1] is 2, which is there twice"),
        (("pins", 0, "more"), [3, 3], "pins[0].more[1] is 3, which is there twice"),
        (("pins", 0, "more"), 3, "pins[0].more is 3; a list is needed"),
        (("pins", 0, "path"), None, "pins[0].more names paths, but pins[0].path none"),
        (("view", "more"), [0, 1], "view.more[1] is 1, which is there twice"),
        (("view", "more", 0), -1, "view.more[0] is -1; an integer from 0 on is needed"),
        (("pins", 1, "plans", "methods", 0, "makespan_s"), 1.0, "pins[1].plans.methods[0].makespan_s is 1.0"),
        (("plans", "methods", 1, "order", 0), 7, "plans.methods[1].order[0] is 7, which is no path"),
        (("plans", "methods", 0, "lower_bound_s"), 0.5, "only BF has one"),
        (("manual", "offload", 2), 4, "manual.offload[2] is 4, but a split is from 1 to tau + 1 = 3"),
        (("view", "active"), "XY", "view.active is 'XY'"),
        (("view", "down"), [1, 2, 3, 4], "view.down is no list of at most 3 sizes"),
        (("view", "folded"), 1, "view.folded is 1; true or false is needed"),
    ],
)
def test_a_fault_is_named_with_its_place(work: Work, at: tuple[Any, ...], value: Any, says: str) -> None:
    data = copy.deepcopy(work_to_dict(work))
    spot: Any = data
    for key in at[:-1]:
        spot = spot[key]
    spot[at[-1]] = value
    with pytest.raises(InputError) as caught:
        work_from_dict(data)
    assert says in str(caught.value)


def test_files_of_programs_that_keep_one_path_are_read(work: Work) -> None:
    data = work_to_dict(work)
    assert data["pins"][0].pop("more") == [3, 0]
    assert "more" not in data["pins"][1], "where there is one path, older programs read the file as well"
    del data["view"]["more"]
    found = work_from_dict(data)
    assert (found.pins[0].path, found.pins[0].more) == (2, ())
    assert (found.view.path, found.view.more) == (1, ())


def outcome_of(file: Path) -> str:
    """Read a file: "read", or the one line that it is refused with."""
    try:
        read_work(file)
    except InputError as error:
        text = str(error)
    else:
        return "read"
    assert text.startswith(f"{file}: ")
    assert "\n" not in text
    return text


def test_damaged_files_are_read_or_refused_in_one_line(work: Work, tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "core"))
    from tests.campaigns.fuzz_structure import change

    file, chance, outcomes = tmp_path / "a.flwork.json", random.Random(7), []
    write_work(work, file)
    sound = file.read_bytes()
    for _ in range(120):
        file.write_bytes(change("plan-json", sound, chance))
        outcomes.append(outcome_of(file))
    for cut in range(0, len(sound), len(sound) // 25):
        file.write_bytes(sound[:cut])
        with pytest.raises(InputError):
            read_work(file)
    assert 0 < outcomes.count("read") < len(outcomes)
    assert len(set(outcomes)) > 30
