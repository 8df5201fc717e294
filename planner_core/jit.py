"""The one decorator of all compiled functions ("kernels"): they release the GIL and are kept on disk."""

from __future__ import annotations

from typing import Any

from numba import config, njit

from planner_core.compiled import kept_in

__all__ = ["inlined", "kernel", "vectorised"]


def kernel(function: Any) -> Any:
    """Compile `function` when it is first called, and keep it where `compiled` says."""
    return _kept(function, njit(cache=True, nogil=True))


def inlined(function: Any) -> Any:
    """As `kernel`, for a few lines that are written into whatever calls them."""
    return _kept(function, njit(cache=True, nogil=True, inline="always"))


def vectorised(function: Any) -> Any:
    """As `kernel`, but a division by zero brings no error: a loop that may raise one is not vectorised."""
    return _kept(function, njit(cache=True, nogil=True, error_model="numpy"))


def _kept(function: Any, compile_it: Any) -> Any:
    # The place is looked up when a function is decorated; code of others that uses numba keeps its own.
    folder, others = kept_in(), config.CACHE_DIR
    if folder is None:
        return compile_it(function)
    config.CACHE_DIR = str(folder)
    try:
        return compile_it(function)
    finally:
        config.CACHE_DIR = others
