"""Sweeps on a Dask cluster, which is started here: two processes on this machine that listen to it alone."""

from __future__ import annotations

import socket
import sys
from functools import partial

import pytest
from distributed import Client, LocalCluster

from planner_core.cli import main
from planner_core.errors import InputError
from planner_core.importers import load_network
from planner_core.scenario import Scenario
from planner_core.sweep import parse_vary, sweep
from planner_core.sweep_pool import dask_pool

ARGV = (
    "sweep",
    "alexnet",
    "--vary",
    "rate-mbps=1:100:9:log",
    "--vary",
    "device-workers=1,inf",
    "--max-paths",
    "4",
)
VARY = [parse_vary("rate-mbps=1:100:9:log"), parse_vary("device-workers=1,inf")]


def start(workers, folder):
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # its status page would take port 8787
        memory_limit=0,
        local_directory=str(folder),
        silence_logs=50,
    )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Address of a scheduler with two workers."""
    with start(2, tmp_path_factory.mktemp("dask")) as cluster:
        cluster.wait_for_workers(2, timeout=100)
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def scenario():
    return Scenario(load_network("alexnet"), max_paths=4)


@pytest.fixture(scope="module")
def local_rows(scenario):
    return sweep(scenario, VARY, jobs=1)


def test_a_cluster_gives_the_rows_of_this_machine(scheduler, scenario, local_rows):
    with dask_pool(scheduler) as (executor, workers):
        assert workers == 2
        assert sweep(scenario, VARY, executor=executor, jobs=workers) == local_rows


def test_any_dask_executor_can_be_handed_in(scheduler, scenario, local_rows, tmp_path):
    with Client(scheduler, set_as_default=False) as client:
        executor = client.get_executor()
        for _ in range(2):  # the second time Dask may know the calls
            assert sweep(scenario, VARY, executor=executor) == local_rows


def test_both_workers_plan(scheduler, scenario, monkeypatch):
    with dask_pool(scheduler) as (executor, workers), Client(scheduler, set_as_default=False) as client:
        sweep(scenario, [parse_vary("rate-mbps=1:100:100")], executor=executor, jobs=workers)
        loaded = client.run(lambda: "planner_core.planner" in sys.modules)
    assert list(loaded.values()) == [True, True]


def test_the_command_line_takes_its_address(scheduler, tmp_path, capsys):
    there, here = tmp_path / "there.csv", tmp_path / "here.csv"
    assert main([*ARGV, "--dask", scheduler, "-o", str(there)]) == 0
    assert main([*ARGV, "--jobs", "1", "-o", str(here)]) == 0
    assert there.read_bytes() == here.read_bytes()
    assert capsys.readouterr().err == ""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here.csv", "there.csv"]


def fails(capsys, *argv):
    assert main([*ARGV, *map(str, argv)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_a_scheduler_that_does_not_answer_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("planner_core.cli.sweeping.dask_pool", partial(dask_pool, timeout=0.3))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        text = fails(capsys, "--dask", address, "-o", tmp_path / "out.csv")
        assert text == f"flplan: --dask: no Dask scheduler answers at {address} within 0.3 s\n"
    text = fails(capsys, "--dask", address, "-o", tmp_path / "out.csv")  # nothing listens there now
    assert text == f"flplan: --dask: no Dask scheduler answers at {address} within 0.3 s\n"
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_without_workers_is_one_line(tmp_path):
    with (
        start(0, tmp_path) as cluster,
        pytest.raises(InputError, match=r"^--dask: the Dask scheduler at tcp://\S+ has no workers$"),
        dask_pool(cluster.scheduler_address, timeout=2),
    ):
        pass


def test_dask_that_is_not_installed_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    text = fails(capsys, "--dask", "tcp://127.0.0.1:8786", "-o", tmp_path / "out.csv")
    assert text == "flplan: --dask: Dask is not installed; 'pip install flgui[dask]' adds it\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1:8786", "tcp://:1", "tcp://host", "tcp://host:0", "tcp://host:65536", "http://h:1"],
)
def test_what_is_no_address_is_one_line(address, tmp_path, capsys):
    text = fails(capsys, "--dask", address, "-o", tmp_path / "out.csv")
    assert text.startswith(f"flplan: --dask: '{address}' is not tcp://HOST:PORT")


def test_processes_are_those_of_the_cluster(tmp_path, capsys):
    text = fails(capsys, "--dask", "tcp://h:1", "--jobs", "2", "-o", tmp_path / "out.csv")
    assert text == "flplan: --jobs: not allowed with argument --dask\n"
