"""One device worker: which walks are made, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from planner_core.methods.bf.filling import solve_fillings
from planner_core.methods.bf.flow import (
    Forms,
    TypeOrder,
    device_forms,
    es_order,
    promising,
    restrict,
    solve_flow,
)
from planner_core.methods.bf.insertion import in_order
from planner_core.methods.bf.loads import Shop, least_end, shops_of, solve_loads, unsent_end
from planner_core.methods.bf.queue import solve_queue
from planner_core.methods.bf.run import FIRST_WIDTH, SLACK, WIDEST_SEARCHED, Run
from planner_core.methods.bf.states import Outcome
from planner_core.methods.bf.tail import solve_tail

__all__ = ["SerialRun"]

_FIRST_LOADED = 300
"""Labels of the walks of a pair of resources with the third as a load; then the pair that bounds best is widened."""

_WIDE = 1_000
"""A walk of device and link alone that is no wider comes before those with the third resource as a load."""

_NARROW = 200
"""Labels of a walk of device and link alone where a single ES may decide."""

_HOPELESS = 8
"""Times the gap by which the weights of a pair may bound worse than what is proven for it to be walked."""

_FEW_CHOICES = 30_000
"""Choices of splits that are looked at before everything else."""

_CHOICES = 1_500
"""Choices of splits that are looked at for each label of the walks that have been made."""

_MOST_LOADED = 30_000
"""The widest such walk."""


@dataclass(eq=False)
class SerialRun(Run):
    """The walks with one device worker.

    Attributes
    ----------
    ends_told : bool
        Whether the walk behind ends of plans, `solve_tail`, tells no more: there are too many, or all that holds with
        an ES worker per path is proven.
    """

    ends_told: bool = False

    def _walk_serial(self, width: int) -> Outcome:
        assert self.order is not None
        if width <= FIRST_WIDTH or self.searching:
            return self._walk_pairs(self.order, width)
        if self._walk_exactly(self.order, width):
            return Outcome(None, 0.0)
        if self.jobs.es_workers == 1:
            return self._walk_single(self.order, width)
        found = self._walk_pair(self.order, width)
        if self._take(found) or (self.jobs.b > 0).all():
            return found
        return Outcome(None, self.answer.bound, self._walk_loads(width))

    def _walk_pairs(self, order: TypeOrder, width: int) -> Outcome:
        found = self._walk_pair(order, width)
        if self.jobs.es_workers != 1 or self._take(found):
            return found
        other = self._walk_pair(es_order(self.jobs), width)
        return replace(other, complete=other.complete and found.complete)

    def _walk_single(self, order: TypeOrder, width: int) -> Outcome:
        """One ES: first the pairs with the third resource as a load, then device and link if that pair bounds best."""
        most = _CHOICES * width
        if width > _WIDE:
            done = self._walk_loads(width) or self._walk_fillings(most, most)
            return Outcome(None, 0.0) if done or self.answer.favourite != 0 else self._walk_pair(order, width)
        found = self._walk_pair(order, _NARROW)
        if self._take(found):
            return found
        complete = self._walk_loads(width) or self._walk_fillings(most, most)
        return Outcome(None, self.answer.bound, complete)

    def _walk_exactly(self, order: TypeOrder, width: int) -> bool:
        """Search around the best plan, and walk with all ES times; returns whether there is no more to do."""
        if self.jobs.es_workers == 1 and self._walk_fillings(_FEW_CHOICES, _FEW_CHOICES // 8):
            return True
        if width > _WIDE:
            return (width <= WIDEST_SEARCHED and self._improve()) or self._walk_counted(order, width)
        # Most often one search does, and the walk says so.
        if self._improve() or self._walk_counted(order, width):
            return True
        before = self.limit
        return self._improve() or (self.limit < before and self._walk_counted(order, width))

    def _walk_counted(self, order: TypeOrder, width: int) -> bool:
        """Walk with all ES times; returns whether there is no more to do."""
        if self.jobs.es_workers != 1:
            return not self.ends_told and self._walk_tail(order, width)
        if not self.ends_told and self._walk_unlimited(order, width):
            return True
        return self.answer.favourite is None and self._walk_queue(width)

    def _walk_tail(self, order: TypeOrder, width: int) -> bool:
        """Better plans, every ES time counted, until there is none; returns whether there is no more to do."""
        while not self.flag[0]:
            kept = self._promising(order, self.limit)
            if kept is None:
                return self._take(Outcome(None, self.limit, True))
            found = solve_tail(kept[0], self.limit, width, self.flag)
            if found is None:
                self.ends_told = True
                break
            before = self.limit
            if self._take(found):
                return True
            if found.types is None or self.limit >= before:
                break
        return bool(self.flag[0])

    def _walk_unlimited(self, order: TypeOrder, width: int) -> bool:
        """Walk as if there were an ES worker per path; returns whether there is no more to do.

        A bound on such plans is one on all, and the best of them most often needs but one ES worker, in another order.
        """
        unlimited, limit = replace(self.jobs, es_workers=0), self.limit
        while not self._finished:
            kept = self._promising(order, limit)
            if kept is None:
                return self._take(Outcome(None, limit))
            found = solve_tail(kept[0], limit, width, self.flag)
            if found is None or found.types is None:
                self.ends_told = found is None or found.complete
                return found is not None and self._take(found)
            end = unlimited.end_of(found.types)
            if not self._try(in_order(self.jobs, found.types, end, self.flag)):
                self._polish(found.types)
            if end >= limit:
                break  # the ES time of a path that sends nothing, which the walk leaves out
            limit = min(self.limit, end * (1 - SLACK))
        return self._finished

    @cached_property
    def shops(self) -> list[Shop]:
        """Pairs of resources, the third one a load."""
        return shops_of(self.jobs)

    def _walk_loads(self, width: int) -> bool:
        """Walk pairs of resources, the third one a load; returns whether there is no more to do.

        All in a narrow beam first, but those whose weights alone bound much worse than what is proven; wider only
        the one that then bounds best.
        """
        answer, shops = self.answer, self.shops
        if answer.favourite is None:
            ends = [least_end(shop) for shop in shops]
            least = min(max(ends), answer.bound - _HOPELESS * (self.limit - answer.bound))
            bounds = np.zeros(len(shops))
            for i in np.argsort(ends)[::-1]:
                if ends[i] >= least and not self._finished:
                    bounds[i] = self._walk_shop(shops[i], _FIRST_LOADED)
            if self._finished:
                return True
            answer.favourite = int(bounds.argmax())
        for beam in (width // 3, width) if width > _WIDE else ():
            if not self._finished:
                self._walk_shop(shops[answer.favourite], min(beam, _MOST_LOADED))
        return self._finished

    def _walk_shop(self, shop: Shop, width: int) -> float:
        """Walk one pair, again after every better plan; returns the bound."""
        before, bound = np.inf, 0.0
        while self.limit < before and not self._finished:
            before = self.limit
            found = solve_loads(shop, self.limit, width, self.flag)
            if shop.last_sent:
                found = replace(found, bound=min(found.bound, unsent_end(self.jobs)))
            bound = max(bound, found.bound)
            if self._take(found) or found.types is None or found.complete:
                break
        return bound

    def _walk_fillings(self, most: int, each: int) -> bool:
        """Look at all choices of splits where the ES is always busy; returns whether there is no more to do."""
        found = solve_fillings(self.jobs, self.shops, self.limit, SLACK, most, each, self.flag)
        return found is not None and self._take(found)

    def _walk_queue(self, width: int) -> bool:
        """Better plans, the queue at the ES counted, until there is none; returns whether there is no more to do."""
        unsent = unsent_end(self.jobs)
        while not self.flag[0]:
            before = self.limit
            found = solve_queue(self.jobs, self.shops, self.limit, width, self.flag)
            if found is None:
                break
            if self._take(replace(found, bound=min(found.bound, unsent))):
                return True
            if found.types is not None and self.limit < before:
                continue
            if found.complete or width > WIDEST_SEARCHED:
                break
            width *= 10
        return bool(self.flag[0])

    def _walk_pair(self, order: TypeOrder, width: int) -> Outcome:
        kept = self._promising(order, self.limit)
        if kept is None:
            return Outcome(None, self.limit, True)
        return solve_flow(*kept, self.limit, width, self.flag)

    def _promising(self, order: TypeOrder, limit: float) -> tuple[TypeOrder, Forms] | None:
        """The types that a plan may use that ends before the limit, and their bounds; None if a class has none."""
        narrow = self._narrowed(order, limit)
        if narrow is None:
            return None
        forms = device_forms(narrow)
        kept = restrict(narrow, promising(narrow, forms, limit))
        if kept is None:
            return None
        return (kept, device_forms(kept)) if len(kept.a) < len(narrow.a) else (narrow, forms)
