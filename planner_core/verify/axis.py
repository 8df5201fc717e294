"""What an operator reads along one axis to make an interval of its output, and how to run it on that piece.

Worked out from the operator's own attributes, not from the receptive fields of the planner's network: where the
two disagree, a tile lacks rows here or its result differs from the whole run's.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cut", "linear", "mirrored", "nearest", "padded", "same", "sliced", "transposed", "window"]


@dataclass(frozen=True, slots=True)
class Cut:
    """How an operator makes rows [lo, hi) of its output.

    Parameters
    ----------
    begin, end : int
        Rows of the input that it reads, all inside it; none when equal.
    pads : (int, int)
        The operator's own padding in front of `begin` and behind `end`.
    zeros : (int, int)
        Rows of zeros put in front of and behind what is read, where an output has no input row.
    skip : int
        Rows of the result in front of `lo`; what lies behind `hi` is dropped as well.
    ceil : bool
        The last window reaches over the padding.
    """

    begin: int
    end: int
    pads: tuple[int, int] = (0, 0)
    zeros: tuple[int, int] = (0, 0)
    skip: int = 0
    ceil: bool = False


def same(lo: int, hi: int) -> Cut:
    """Position by position."""
    return Cut(lo, hi)


def window(lo: int, hi: int, extent: int, kernel: int, stride: int, pads: tuple[int, int]) -> Cut:
    """Convolution and pooling: `kernel` is the reach with its dilation, `extent` that of the input.

    Padding is kept where a window really meets the border: at the begin for windows that start before row 0, at
    the end for those that pass the last row, there not more than the operator has.
    """
    start, stop = lo * stride - pads[0], (hi - 1) * stride - pads[0] + kernel
    begin, end = min(max(start, 0), extent), min(max(stop, 0), extent)
    if begin >= end:  # windows in the padding alone
        return Cut(0, 0, zeros=(stop - start, 0))
    front, over = max(0, -start), max(0, stop - extent)
    return Cut(begin, end, (front, min(over, pads[1])), ceil=over > pads[1])


def padded(lo: int, hi: int, extent: int, before: int) -> Cut:
    """Padding as an operator of its own."""
    begin, end = max(lo - before, 0), min(hi - before, extent)
    if begin >= end:  # one row that is dropped again: an operator cannot pad nothing
        return Cut(0, 0, (0, hi - lo), (1, 0), skip=1)
    return Cut(begin, end, (begin + before - lo, hi - before - end))


def transposed(lo: int, hi: int, extent: int, kernel: int, stride: int, before: int) -> Cut:
    """Transposed convolution: row i spreads over [i*stride - before, i*stride - before + kernel).

    It is run without padding and what is too much is dropped. Outputs that no input row reaches (strides
    longer than the kernel, output padding) come from rows of zeros.
    """
    begin = min(max(-((kernel - 1 - before - lo) // stride), 0), extent)
    end = max(min((hi - 1 + before) // stride + 1, extent), 0)
    if begin >= end:
        begin = end = min(begin, extent)
    first = min(begin, (lo + before) // stride)
    last = max(end, -((kernel - hi - before) // stride) + 1, first + 1)
    return Cut(begin, end, zeros=(begin - first, last - end), skip=lo - (first * stride - before))


def nearest(lo: int, hi: int, factor: int) -> Cut:
    """Nearest upsampling: row y reads row y // factor."""
    begin = lo // factor
    return Cut(begin, (hi - 1) // factor + 1, skip=lo - begin * factor)


def linear(lo: int, hi: int, extent: int, factor: int, centred: bool) -> Cut:
    """Linear upsampling: row y reads the rows around (y + 1/2) / factor - 1/2 if centred, else y / factor."""
    shift = 1 - factor if centred else 0  # of twice the row
    begin = max((2 * lo + shift) // (2 * factor), 0)
    end = min(-(-(2 * (hi - 1) + shift) // (2 * factor)) + 1, extent)
    return Cut(begin, end, skip=lo - begin * factor)


def mirrored(lo: int, hi: int, extent: int, before: int) -> Cut:
    """Padding with rows of the input, reflected at the border or repeated: a piece keeps the border it needs."""
    pads = max(0, before - lo), max(0, hi - before - extent)
    begin, end = max(0, lo - before), min(extent, hi - before)
    if pads[0]:
        end = max(end, pads[0] + 1)
    if pads[1]:
        begin = min(begin, extent - 1 - pads[1])
    begin, end = max(begin, 0), min(end, extent)
    return Cut(begin, end, pads, skip=lo - (begin + before - pads[0]))


def sliced(lo: int, hi: int, start: int, step: int) -> Cut:
    """Every `step`-th row from `start` on."""
    return Cut(start + lo * step, start + (hi - 1) * step + 1)
