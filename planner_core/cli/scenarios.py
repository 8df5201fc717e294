"""The Scenario that the options ask for, and the options that an error of the planner's is about."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner_core.errors import InfeasibleError, InputError
from planner_core.export.files import check_target
from planner_core.network.model import Network
from planner_core.scenario import Scenario
from planner_core.system import System

__all__ = ["blame_cut", "check_cap", "check_output", "scenario"]


def scenario(options: Namespace, network: Network) -> Scenario:
    """Return the Scenario; raise InputError that names the option which it does not take."""
    check_cap(options)
    system = System(
        device_flops=options.device_gflops,
        es_flops=options.es_gflops,
        rate_bps=options.rate_mbps,
        device_workers=options.device_workers,
        es_workers=options.es_workers,
        bits_per_element=options.bits,
        transfer_overhead_s=options.transfer_overhead_ms,
    )
    with blame_cut(options, network):
        return Scenario(
            network,
            system,
            tau=options.tau,
            paths=options.paths,
            grid=options.grid,
            max_paths=options.max_paths,
        )


def check_cap(options: Namespace) -> None:
    """Raise InputError if --max-paths bounds a search over P that another option rules out."""
    if options.max_paths is None:
        return
    varied = [f"--vary {vary.name}" for vary in getattr(options, "vary", ()) if vary.name == "paths"]
    for name, is_given in (("--paths", options.paths is not None), ("--grid", options.grid is not None)):
        if is_given:
            varied.append(name)
    if varied:
        raise InputError(
            f"{varied[0]} says how many paths there are, so there is no search to limit", "--max-paths"
        )


@contextmanager
def blame_cut(options: Namespace, network: Network) -> Iterator[None]:
    """Put the option that cannot be had in front of an InfeasibleError."""
    try:
        yield
    except InfeasibleError as error:
        if options.tau is not None and options.tau > len(network):
            where = "--tau"
        elif options.grid is not None:
            where = "--grid"
        else:
            where = "--tau" if options.paths is None else "--paths"
        raise error.at(where) from None


def check_output(options: Namespace, suffixes: tuple[str, ...] = ()) -> None:
    """Raise InputError if `-o` cannot be written or has none of `suffixes`, before any long work."""
    file = check_target(options.output)
    if suffixes and Path(options.output).suffix.lower() not in suffixes:
        raise InputError(f"the ending is none of {', '.join(suffixes)}", options.output)
    model = Path(options.model)
    if file.exists() and model.exists() and file.samefile(model):
        raise InputError("it is the model itself, which would be overwritten", options.output)
