"""Fixtures that the planner's tests share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.scenario import Scenario

PAPER_NETWORKS = ("alexnet", "squeezenet", "yolov2")


@pytest.fixture(scope="session", params=PAPER_NETWORKS)
def paper_network(request: pytest.FixtureRequest) -> Network:
    """AlexNet, SqueezeNet and YOLOv2 in turn."""
    return load_network(request.param)


@pytest.fixture(scope="session")
def alexnet_file() -> Network:
    """The bundled AlexNet."""
    return load_network("alexnet")


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """What sweeps vary: AlexNet with tau 3 and four paths."""
    return Scenario(load_network("alexnet"), tau=3, paths=4)


@pytest.fixture
def pool():
    """One thread, in which a sweep runs."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def open_model(tmp_path):
    """Open an ONNX model: its network, and the model to run."""

    def run(model, fold=True):
        from planner_core.verify.model import load_model  # needs ONNX Runtime, which other tests do without

        file = tmp_path / "m.onnx"
        file.write_bytes(model.SerializeToString())
        network = load_network(file, fold=fold)
        return network, load_model(file, network)

    return run
