"""Whether the map that a layer makes can come from the maps that it reads."""

from __future__ import annotations

from collections.abc import Sequence

from planner_core.errors import InputError
from planner_core.network.model import POINTWISE, WHOLE, Receptive, Shape, Transposed, Upsample, Window

__all__ = ["check_reads"]


def check_reads(
    receptive: Receptive, shape: Shape, sources: Sequence[Shape], names: Sequence[str] = (), label: str = "it"
) -> None:
    """Refuse an output larger than the receptive field makes of the inputs: no tile could be traced back.

    Parameters
    ----------
    shape : (C, H, W)
        Of the output.
    sources : sequence of (C, H, W)
        Of each input.
    names : sequence of str, optional
        Of each input, for the message.
    label : str
        Of the layer, for the message.

    Raises
    ------
    InputError
    """
    if receptive == WHOLE:
        return
    for k, source in enumerate(sources):
        what = f"'{names[k]}'" if names else "an input"
        if receptive == POINTWISE:
            if any(i not in (o, 1) for i, o in zip(source[1:], shape[1:], strict=True)):
                raise InputError(
                    f"{label} is pointwise with a {shape[1]}x{shape[2]} map, but reads {what} with a "
                    f"{source[1]}x{source[2]} map"
                )
            continue
        for axis, letter in ((0, "H"), (1, "W")):
            have, read = shape[1 + axis], source[1 + axis]
            most = _largest_extent(receptive, read, axis)
            if have > most:
                raise InputError(
                    f"{label} has {letter} {have}, but its receptive field makes at most "
                    f"{max(most, 0)} of {what} with {letter} {read}"
                )


def _largest_extent(receptive: Receptive, extent: int, axis: int) -> int:
    if isinstance(receptive, Upsample):
        return extent * receptive.stride[axis]
    window = receptive.window if isinstance(receptive, Transposed) else receptive
    assert isinstance(window, Window)
    stride, begin, end = window.stride[axis], window.padding[axis], window.padding[axis + 2]
    reach = (window.kernel[axis] - 1) * window.dilation[axis] + 1
    if isinstance(receptive, Transposed):  # with the largest output padding there can be
        return (extent - 1) * stride + reach - begin - end + max(stride, window.dilation[axis]) - 1
    # Rounded up, as in ceil mode; the last window starts before the padded end.
    room = extent + begin + end - reach
    return -1 if room < 0 else min(-(-room // stride) + 1, -(-(extent + begin + end) // stride))
