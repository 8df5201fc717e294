"""Changes to the bytes of a file that know nothing of its format."""

from __future__ import annotations

import random

__all__ = ["change"]

_ODD = (0, 1, 127, 128, 255)


def change(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with one to four changes."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(out) + 1)
        length = chance.choice((1, 2, 4, 8, 64, 1024))
        kind = chance.randrange(8)
        if kind == 0:  # one bit
            if at < len(out):
                out[at] ^= 1 << chance.randrange(8)
        elif kind == 1:  # one byte
            if at < len(out):
                out[at] = chance.choice(_ODD)
        elif kind == 2:
            out[at:at] = chance.randbytes(length)
        elif kind == 3:
            del out[at : at + length]
        elif kind == 4:  # cut short
            del out[at:]
        elif kind == 5:  # a piece twice
            out[at:at] = out[at : at + length]
        elif kind == 6:  # a piece from elsewhere
            other = chance.randrange(len(out) + 1)
            out[at : at + length] = out[other : other + length]
        else:  # a length or number of many bytes
            out[at : at + 1] = b"\xff" * chance.randrange(1, 10) + b"\x7f"
    return bytes(out)
