"""Whether paths with a split each can all be sent in time, each begun when its ES time has passed; compiled.

Backwards from the limit the link is one machine with release times and deadlines. Schrage's rule sends first what is
due first of what may begin. Where it fails, a path that is due later than the one that fails went before some that are
not: it goes before them all or after them all (Carlier 1982, "The one-machine sequencing problem").
"""

from __future__ import annotations

import numpy as np

from planner_core.jit import kernel
from planner_core.methods.polling import is_set

__all__ = ["ordered"]


@kernel
def _by_schrage(b, begin, due, sequence, start):  # type: ignore[no-untyped-def]
    """Set the sequence (P,) and the time (P,) at which each place starts; returns the first place that fails, or P."""
    done = np.zeros(b.size, np.bool_)
    load = 0.0
    for place in range(b.size):
        chosen, soonest, next_one = -1, np.inf, -1
        for j in range(b.size):
            if done[j]:
                continue
            if begin[j] <= load:
                if chosen < 0 or due[j] < due[chosen]:
                    chosen = j
            elif begin[j] < soonest or (begin[j] == soonest and due[j] < due[next_one]):
                soonest, next_one = begin[j], j
        if chosen < 0:
            chosen, load = next_one, soonest
        done[chosen] = True
        sequence[place], start[place] = chosen, load
        load += b[chosen]
        if load >= due[chosen]:
            return place
    return b.size


@kernel
def ordered(b, begin, due, most, flag):  # type: ignore[no-untyped-def]
    """Look for an order of paths.

    Parameters
    ----------
    b, begin, due : (P,) float64
        Link time, ES time, and time by which each must be sent.
    most : int
        Cases that are distinguished at most.

    Returns
    -------
    found, known : bool
        Whether there is an order, and whether that is known.
    sequence : (P,) int64
        If found, the paths.
    cases : int
    """
    sequence, start = np.full(b.size, -1), np.zeros(b.size)
    begins, dues = [begin.copy()], [due.copy()]
    cases = 0
    while cases < most:
        if len(begins) == 0 or is_set(flag):
            break
        cases += 1
        own, until = begins.pop(), dues.pop()
        late = _by_schrage(b, own, until, sequence, start)
        if late == b.size:
            return True, True, sequence, cases
        last = until[sequence[late]]
        # Back to the last place that is due later, as long as the link is never idle.
        place, load, soonest = late, b[sequence[late]], own[sequence[late]]
        while place > 0 and start[place] <= start[place - 1] + b[sequence[place - 1]]:
            place -= 1
            j = sequence[place]
            if until[j] > last:
                after, before = own.copy(), until.copy()
                after[j] = max(after[j], soonest + load)
                before[j] = min(before[j], last - load)
                begins.append(after)
                dues.append(until)
                begins.append(own)
                dues.append(before)
                break
            load += b[j]
            soonest = min(soonest, own[j])
    return False, len(begins) == 0 and not is_set(flag), sequence, cases
