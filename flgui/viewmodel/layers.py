"""The layers of a network as a table, with the place where each runs; imports no Qt."""

from __future__ import annotations

import math

import numpy as np

from flgui.text import shape_text
from flgui.viewmodel.network import kernel_text
from flgui.viewmodel.table import Column, Table, number_column
from planner_core.network.model import Network, Receptive
from planner_core.network.operators import flops_unknown

__all__ = ["layers_table", "places", "reads_text", "words_column"]


def places(network: Network, tau: int | None, offload: int | None) -> tuple[str, ...]:
    """Say of each layer where it runs.

    Parameters
    ----------
    network : Network
    tau : int or None
        Fused layers; None while there is no plan.
    offload : int or None
        The offloading layer of the selected path; None is no path, so that fused layers say "per path".
    """
    if tau is None:
        return ("",) * len(network)
    return tuple(_place(v, tau, offload) for v in range(1, len(network) + 1))


def _place(layer: int, tau: int, offload: int | None) -> str:
    if layer > tau:
        return "ES, tail"
    if offload is None:
        return "per path"
    return "device" if layer < offload else "ES"


def layers_table(
    network: Network, tau: int | None = None, offload: int | None = None, bits_per_element: int = 32
) -> Table:
    """Return the table of layers 1..l, row v - 1 for layer v."""
    layers = network.layers
    number = np.arange(1, len(layers) + 1)
    shapes = np.array([shape_text(layer.shape) for layer in layers])
    elements = np.array([float(math.prod(layer.shape)) for layer in layers])
    flops = np.array([math.nan if flops_unknown(layer) else layer.flops for layer in layers])
    macs = np.array([float(layer.macs) for layer in layers])
    return Table(
        (
            Column("Layer", number, str, hint="Number in topological order"),
            words_column("Name", [layer.name for layer in layers], "Name of the layer and of its output"),
            words_column("Operator", [layer.op for layer in layers], "Operator as the network names it"),
            Column("Output", shapes, str, hint="Channels, height, width", sort_key=elements),
            number_column(
                "MFLOP",
                flops / 1e6,
                hint="d of the whole map; convolution is 2 FLOP a MAC; unknown counts as 0",
                nothing="unknown",
            ),
            number_column(
                "MMAC", np.where(macs > 0, macs / 1e6, np.nan), hint="Of convolution, FC and MatMul"
            ),
            number_column("Output, kB", elements * bits_per_element / 8e3, hint="1 kB is 1000 B"),
            words_column(
                "Reads", [reads_text(layer.receptive) for layer in layers], "Kernel and stride on the input"
            ),
            words_column("Runs on", list(places(network, tau, offload)), "For the selected path"),
        )
    )


def reads_text(receptive: Receptive) -> str:
    """Say in a few words what a layer reads of its inputs."""
    if receptive == "whole":
        return "whole input"
    return kernel_text(receptive) or "same position"


def words_column(heading: str, words: list[str], hint: str) -> Column:
    """Return a column of words at the left."""
    return Column(heading, np.array(words, dtype=str), str, numeric=False, hint=hint)
