"""Fixtures that the planner's tests share."""

from __future__ import annotations

import pytest

from planner_core.importers import load_network
from planner_core.network.model import Network

PAPER_NETWORKS = ("alexnet", "squeezenet", "yolov2")


@pytest.fixture(scope="session", params=PAPER_NETWORKS)
def paper_network(request: pytest.FixtureRequest) -> Network:
    """AlexNet, SqueezeNet and YOLOv2 in turn."""
    return load_network(request.param)


@pytest.fixture(scope="session")
def alexnet_file() -> Network:
    """The bundled AlexNet."""
    return load_network("alexnet")


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
