"""Reading a stop flag from compiled code.

LLVM takes an ordinary load of an array that a loop never writes out of the loop, so a flag set by another thread or
process would go unseen. An atomic load stays where it is.

Where numba is told to interpret (`NUMBA_DISABLE_JIT`), as in the process that plans while kernels are compiled, Python
reads the flag anew each time by itself.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from planner_core.jit import inlined

__all__ = ["is_set"]


@intrinsic  # type: ignore[untyped-decorator]
def _load_byte(typing_context: Any, flag: Any) -> Any:
    """First byte of a uint8 array, by an atomic load."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        pointer = builder.bitcast(array.data, ir.IntType(8).as_pointer())
        return builder.load_atomic(pointer, ordering="monotonic", align=1)

    return types.uint8(flag), codegen


def _interpreted(flag: Any) -> bool:
    return bool(flag[0] != 0)


@inlined
def _compiled(flag):  # type: ignore[no-untyped-def]
    """Whether the (1,) uint8 array `flag` is non-zero at this moment."""
    return _load_byte(flag) != 0


is_set: Any = _interpreted if config.DISABLE_JIT else _compiled
