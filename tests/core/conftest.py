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
