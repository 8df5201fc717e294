"""`flplan models` and `flplan show`; and the MODEL of the other commands."""

from __future__ import annotations

import sys
from argparse import Namespace

from planner_core.cli.formatting import printable, significant, table, whole
from planner_core.errors import InputError
from planner_core.importers import bundled_names, load_network
from planner_core.network.model import Network, Shape
from planner_core.network.operators import flops_unknown
from planner_core.system import System

__all__ = ["headline", "load", "models", "show", "unknown_text"]


_NAMED = 4


def load(options: Namespace) -> Network:
    """Return the network that MODEL, --no-fold and --input-shape ask for."""
    shapes: dict[str, Shape] = {}
    for name, shape in options.input_shapes:
        if name in shapes:
            which = f"of the input '{name}'" if name else "without a name"
            raise InputError(f"a shape {which} is given twice", "--input-shape")
        shapes[name] = shape
    try:
        return load_network(options.model, fold=options.fold, input_shapes=shapes)
    except InputError as error:
        raise error.at(options.model or "MODEL") from None


def headline(network: Network) -> str:
    """Return a line that says what network this is."""
    inputs = ", ".join(f"{tensor.name} {_size(tensor.shape)}" for tensor in network.inputs)
    layers = "1 layer" if len(network) == 1 else f"{len(network)} layers"
    flops = significant(network.flops / 1e9)
    return printable(f"{network.name or 'network without a name'}: {layers}, {flops} GFLOP, reads {inputs}")


def unknown_text(network: Network) -> str | None:
    """Return what to say of layers whose FLOPs are not known; None if there are none."""
    found = [layer for layer in network.layers if flops_unknown(layer)]
    if not found:
        return None
    named = ", ".join(f"{layer.name} ({layer.op})" for layer in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    subject = "1 layer has" if len(found) == 1 else f"{len(found)} layers have"
    return printable(
        f"{subject} unknown FLOPs, which count as 0, so times come out too short: {named}{more}. Each reads its "
        "whole input."
    )


def models() -> int:
    """Print the bundled networks, one a line."""
    rows = []
    for name in bundled_names():
        network = load_network(name)
        shape = _size(network.inputs[0].shape)
        flops, macs = significant(network.flops / 1e9), significant(network.macs / 1e9)
        rows.append([name, shape, str(len(network)), flops, macs])
    print(table(["name", "input", "layers", "GFLOP", "GMAC"], rows, left=["name", "input"]))
    return 0


def show(options: Namespace) -> int:
    """Print the layers of a network, or its JSON."""
    network = load(options)
    if options.json:
        _print_json(network)
        return 0
    bits = System().bits_per_element
    head = ["index", "name", "op", "inputs", "output", "FLOPs", "MACs", "output bits"]
    rows = [
        [
            str(v),
            layer.name,
            layer.op,
            ", ".join(layer.inputs),
            _size(layer.shape),
            "unknown" if flops_unknown(layer) else whole(layer.flops),
            str(layer.macs),
            str(layer.elements * bits),
        ]
        for v, layer in enumerate(network.layers, 1)
    ]
    rows.append(["", "total", "", "", "", whole(network.flops), str(network.macs), ""])
    print(headline(network))
    print(table(head, rows, left=["name", "op", "inputs", "output"]))
    print(f"Shapes are CxHxW; a tensor has {bits} bits per element.")
    if (unknown := unknown_text(network)) is not None:
        print(unknown)
    return 0


def _print_json(network: Network) -> None:
    from planner_core.export.network_json import network_text  # a table does without

    # The format is UTF-8, whatever the terminal's encoding is.
    sys.stdout.flush()
    sys.stdout.buffer.write(network_text(network).encode())


def _size(shape: Shape) -> str:
    return "x".join(map(str, shape))
