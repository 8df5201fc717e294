"""What the labels of all walks share; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["salts"]


@njit(cache=True, nogil=True)
def salts(classes):  # type: ignore[no-untyped-def]
    """(classes,) random words: labels whose paths left have the same sum of them most likely have the same."""
    salt = np.empty(classes, np.int64)
    seed = np.int64(88172645463325252)
    for k in range(classes):
        seed ^= seed << np.int64(13)
        seed ^= seed >> np.int64(7)
        seed ^= seed << np.int64(17)
        salt[k] = seed
    return salt
