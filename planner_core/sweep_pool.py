"""Where a sweep plans: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import connection, parent_process
from typing import TYPE_CHECKING, Any, Final

from planner_core.errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["CONNECT_S", "dask_pool", "local_pool"]

CONNECT_S: Final = 10.0
"""Seconds that a Dask scheduler has to answer, and then its first worker to be there."""


@contextmanager
def local_pool(processes: int) -> Iterator[Executor]:
    """Start fresh processes, which end at once when the body breaks off or this process is gone."""
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(processes, context, _start_process, (reader,))
    try:
        yield pool
    except BaseException:
        writer.close()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        writer.close()
        reader.close()


def _start_process(reader: connection.Connection) -> None:
    """Leave Ctrl+C to the parent, and end when it says so or is gone, in whatever search this process is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    sentinels: list[Any] = [reader] if parent is None else [reader, parent.sentinel]

    def watch() -> None:
        connection.wait(sentinels)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


@contextmanager
def dask_pool(address: str, timeout: float = CONNECT_S) -> Iterator[tuple[Executor, int]]:
    """Connect to the Dask scheduler at `address`; the workers need this package, in the same version.

    Parameters
    ----------
    address : str
        `tcp://HOST:PORT`.
    timeout : float
        Seconds for the scheduler to answer, and then for its first worker.

    Yields
    ------
    (Executor, int)
        The cluster, and how many tasks it works on at once now. The cluster stays when the body is left.

    Raises
    ------
    InputError
        If `distributed` is not installed, or nothing answers there in time, or there is no worker.
    """
    import asyncio

    try:
        from distributed import Client  # an extra, which takes a second to load
        from distributed.core import connect
    except ImportError:
        raise InputError("Dask is not installed; 'pip install flgui[dask]' adds it", "--dask") from None

    async def try_out() -> None:
        async with asyncio.timeout(timeout):
            comm = await connect(address, timeout=timeout)
            await comm.close()

    try:
        # The client's own time limit ends with the connection: it waits for good for a first word.
        asyncio.run(try_out())
        client = Client(address, timeout=timeout, set_as_default=False)
    except Exception:  # whatever another service's answer leads to when it is read as Dask's
        silent = f"no Dask scheduler answers at {address} within {timeout:g} s"
        raise InputError(silent, "--dask") from None
    with client:
        try:
            client.wait_for_workers(1, timeout)
        except TimeoutError:
            raise InputError(f"the Dask scheduler at {address} has no workers", "--dask") from None
        # Dask takes calls with equal arguments for one and the same unless told that they are not pure.
        yield client.get_executor(pure=False), sum(client.nthreads().values())
