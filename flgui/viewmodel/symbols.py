"""The letters and words of the model: name, one sentence, formula (SPEC sections 2 to 5); imports no Qt."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

__all__ = ["SYMBOLS", "Symbol", "symbol_tip"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """One entry; `formula` may be empty."""

    sign: str
    name: str
    sentence: str
    formula: str = ""


SYMBOLS: Final[dict[str, Symbol]] = {
    "tau": Symbol(
        "τ",
        "Fused layers",
        "Layers 1 to τ are fused: a tile runs through all of them without waiting for the other tiles.",
        "1 ≤ τ ≤ number of layers",
    ),
    "P": Symbol(
        "P",
        "Tiles, or paths",
        "The output of the fused layers is cut into a grid of P tiles; each is one path, a job in the shop.",
        "P = rows × columns, up to height × width of the smallest output",
    ),
    "o": Symbol(
        "o",
        "Offloading layer of a path",
        "Layers before o run on the device, layers from o on at the edge server; o = 1 sends the raw input tile.",
        "1 ≤ o ≤ τ + 1",
    ),
    "f_end": Symbol(
        "f",
        "Speed of the end device",
        "FLOP per second of each device worker.",
        "device time a(o) = FLOP of layers before o ÷ f",
    ),
    "f_es": Symbol(
        "f",
        "Speed of the edge server",
        "FLOP per second of each edge server worker; after all paths the rest of the network, the tail, runs there.",
        "ES time e(o) = FLOP of fused layers from o on ÷ f,   tail = FLOP of the other layers ÷ f",
    ),
    "R": Symbol(
        "R",
        "Link rate",
        "Bits per second from device to edge server; one transfer at a time. The way back is free.",
        "transfer b(o) = bits ÷ R + overhead",
    ),
    "halo": Symbol(
        "",
        "Halo",
        "Cells of a tile that its neighbours need as well: a window reaches over the edge of what a tile owns.",
        "an output from lo to hi − 1 needs inputs from lo·s − q to (hi − 1)·s − q + (k − 1)·d",
    ),
    "shared": Symbol(
        "",
        "Shared cells",
        "Cells that more than one tile needs; each of these tiles computes, and sends, them for itself.",
    ),
    "overlap": Symbol(
        "",
        "Overlap",
        "How much the tiles take together, compared with the whole map: as work of the fused layers and as input.",
        "work = Σ FLOP of all tiles ÷ FLOP uncut,   input = Σ area of all input tiles ÷ H·W",
    ),
    "NFL": Symbol(
        "NFL",
        "No fused layer",
        "Nothing is cut: the best single layer at which the whole network changes from device to edge server.",
        "min over o of a(o) + b(o) + e(o)",
    ),
    "MW": Symbol(
        "MW",
        "Minimise waiting",
        "Takes next the path and the split for which link and device wait least for one another; then the best τ, P.",
        "min | time the link gets free − time the device ends the path |",
    ),
    "BF": Symbol(
        "BF",
        "Best plan",
        "The least time over all orders, all splits, all τ and all P; searched, with a proof of how good it is.",
        "T = end of the last path + tail",
    ),
    "Manual": Symbol(
        "",
        "Manual",
        "Your own order and splits, begun as a copy of MW or BF and timed as every plan is.",
    ),
    "bound": Symbol(
        "",
        "Bound",
        "No plan at all can be faster than this; where BF reaches it, BF is proven optimal.",
        "gap = (BF − bound) ÷ BF",
    ),
    "esOnly": Symbol(
        "", "ES only", "The raw input is sent and everything runs on the edge server.", "T = b(1) + e(1)"
    ),
    "deviceOnly": Symbol(
        "", "Device only", "Everything runs on the device; nothing is sent.", "T = FLOP of all layers ÷ f"
    ),
}


def symbol_tip(*keys: str) -> str:
    """Return the tooltip of one or several entries as the rich text that Qt reads."""
    return "".join(_entry(SYMBOLS[key]) for key in keys)


def _entry(symbol: Symbol) -> str:
    head = f"<b>{html.escape(symbol.name)}</b>" + (f" &nbsp;{symbol.sign}" if symbol.sign else "")
    formula = f"<br>{html.escape(symbol.formula)}" if symbol.formula else ""
    return f"<p>{head}<br>{html.escape(symbol.sentence)}{formula}</p>"
