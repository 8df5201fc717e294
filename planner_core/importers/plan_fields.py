"""Reads the parts that plan and work files share: system, cut, order and splits of a plan."""

from __future__ import annotations

from typing import Any, cast

from planner_core.errors import InputError
from planner_core.importers.json_fields import Fields, describe
from planner_core.network.model import Network
from planner_core.plan import METHODS, Method
from planner_core.system import System

__all__ = ["bound_from", "cut_from", "decisions_from", "method_from", "system_from"]

_SYSTEM_KEYS = (
    "device_flops",
    "es_flops",
    "rate_bps",
    "device_workers",
    "es_workers",
    "bits_per_element",
    "transfer_overhead_s",
)


def system_from(parent: Fields) -> System:
    """Read the system under the key `system`."""
    fields = Fields(parent.get("system"), parent.at("system"), _SYSTEM_KEYS)
    try:
        return System(
            device_flops=fields.number("device_flops"),
            es_flops=fields.number("es_flops"),
            rate_bps=fields.number("rate_bps"),
            device_workers=_workers(fields, "device_workers"),
            es_workers=_workers(fields, "es_workers"),
            bits_per_element=fields.integer("bits_per_element", 1),
            transfer_overhead_s=fields.number("transfer_overhead_s", 0),
        )
    except InputError as error:
        cause = error.cause
        raise InputError(cause if cause.startswith(fields.where) else f"{fields.where}.{cause}") from None


def _workers(fields: Fields, key: str) -> int | None:
    return None if fields.get(key) is None else fields.integer(key, 1)


def method_from(fields: Fields) -> Method:
    """Read the method."""
    name = fields.get("method")
    if name not in METHODS:
        raise InputError(f"{fields.at('method')} is {describe(name)}; one of {', '.join(METHODS)} is needed")
    return cast(Method, name)


def cut_from(fields: Fields, network: Network) -> tuple[int, int, int]:
    """Read tau, paths and grid, which have to go together."""
    from planner_core.tiling import check_grid  # see plan_from_dict

    tau = fields.integer("tau", 1)
    if tau > len(network):
        raise InputError(f"{fields.at('tau')} is {tau}, but the network has {len(network)} layers")
    rows, cols = fields.integers("grid", 2, 1)
    paths = fields.integer("paths", 1)
    if paths != rows * cols:
        raise InputError(f"{fields.at('paths')} is {paths}, but the grid has {rows * cols} tiles")
    try:
        check_grid(network, tau, rows, cols)
    except InputError as error:
        raise InputError(f"{fields.at('grid')}: {error.cause}") from None
    return tau, rows, cols


def decisions_from(fields: Fields, tau: int, paths: int) -> tuple[Any, Any]:
    """Read order and offload as (P,) int64 arrays, checked."""
    import numpy as np  # see plan_from_dict

    order = fields.integers("order", paths)  # may hold more than 64 bits until it is checked
    seen = np.zeros(paths, bool)
    for k, p in enumerate(order):
        if p >= paths or seen[p]:
            why = "is there twice" if p < paths else f"is no path; the last one is {paths - 1}"
            raise InputError(f"{fields.at('order')}[{k}] is {p}, which {why}")
        seen[p] = True
    offload = fields.integers("offload", paths, 1)
    for p, o in enumerate(offload):
        if o > tau + 1:
            raise InputError(
                f"{fields.at('offload')}[{p}] is {o}, but a split is from 1 to tau + 1 = {tau + 1}"
            )
    return np.array(order, np.int64), np.array(offload, np.int64)


def bound_from(fields: Fields, method: Method) -> float | None:
    """Read BF's lower bound; the others have none."""
    if method == "BF":
        return fields.number("lower_bound_s", 0)
    for key in ("lower_bound_s", "optimal"):
        if fields.get(key) is not None:
            raise InputError(
                f"{fields.at(key)} is {describe(fields.get(key))}; only BF has one, so null is needed"
            )
    return None
