"""`flplan sweep`."""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from planner_core.cli.counter import Counter
from planner_core.cli.formatting import printable
from planner_core.cli.networks import load, unknown_text
from planner_core.cli.scenarios import check_output, scenario
from planner_core.errors import InputError
from planner_core.sweep import VARIABLES, sweep
from planner_core.sweep_files import SUFFIXES
from planner_core.sweep_pool import dask_pool

__all__ = ["sweep_command"]


def sweep_command(options: Namespace) -> int:
    """Plan every point and write the rows."""
    check_output(options, SUFFIXES)
    for vary in options.vary:
        if VARIABLES[vary.name].field in ("tau", "paths") and getattr(options, vary.name) is not None:
            raise InputError(f"{vary.name} is fixed by --{vary.name} already", "--vary")
    network = load(options)
    request = scenario(options, network)
    if (unknown := unknown_text(network)) is not None:
        print(f"flplan: {unknown}", file=sys.stderr)
    counter = Counter("points")
    try:
        with _where(options) as (executor, jobs):
            rows = sweep(
                request,
                options.vary,
                methods=options.methods,
                output=options.output,
                executor=executor,
                jobs=jobs,
                time_limit=options.time_limit,
                progress=counter,
            )
    except InputError as error:
        raise error.at("--vary") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted; {options.output}.part keeps what is done for the same command to go on from"
        ) from None
    finally:
        counter.clear()
    print(f"{len(rows)} rows written to {printable(options.output)}")
    return 0


@contextmanager
def _where(options: Namespace) -> Iterator[tuple[Executor | None, int | None]]:
    """The Dask cluster that is named, or none, and how many points are worked on at once."""
    if options.dask is None:
        yield None, options.jobs
        return
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # errors are one line, which is ours
    with dask_pool(options.dask) as (executor, workers):
        yield executor, workers
