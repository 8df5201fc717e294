"""Whether some plan ends before a limit, where the walk of `deadline` may have too many labels: by parts, depth first.

A part says how many paths of a class go by the types of earlier deadline and how many by the others, for every number
of them. The two are classes of their own from there on, each with its own price. A linear program whose paths may be
cut up, except for what its cuts tell, refutes parts, leaves out types, and says which class is parted, and where: that
which leaves least on both sides.
"""

from __future__ import annotations

from planner_core.arrays import FlagArray, IntArray
from planner_core.methods.bf.due import Deadlines
from planner_core.methods.bf.parting_kernels import parted

__all__ = ["branch"]

_ROUNDS, _LATER = 20, 1
"""Times that cuts are added: to the whole, and to each part."""

_HOPE = 20.0
"""No more parts are looked at when all would take more than so many times the effort that is meant for them."""

_TRIED = 8
"""Places to part a class that are tried on both sides."""


def branch(part: Deadlines, most: float, flag: FlagArray) -> tuple[IntArray | None, bool]:
    """Look for a sequence of `Jobs`' types that meets all deadlines, with an effort of about `most`; see `parted`.

    Returns
    -------
    types : (P,) int64 or None
    refuted : bool
        Whether there is none.
    """
    found, sequence, refuted = parted(
        part.d,
        part.b,
        part.e,
        part.klass,
        part.counts,
        *part.cuts,
        _ROUNDS,
        _LATER,
        _TRIED,
        float(most),
        _HOPE,
        flag,
    )
    if found:
        return part.rank[sequence][::-1], False
    return None, bool(refuted)
