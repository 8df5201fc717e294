"""System: speeds, link and workers; the worker presets of SPEC section 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from planner_core.errors import InputError

__all__ = ["WORKER_PRESETS", "System", "WorkerPreset"]


@dataclass(frozen=True, slots=True)
class System:
    """The end device, the link and the edge server (ES).

    Parameters
    ----------
    device_flops, es_flops : float
        f_end and f_es, FLOP/s of one worker.
    rate_bps : float
        R, bit/s of the link.
    device_workers, es_workers : int or None
        How many paths each side works on at once; None is unlimited.
    bits_per_element : int
        c of a tensor region is elements times this.
    transfer_overhead_s : float
        Seconds added to every transfer that sends anything.

    Raises
    ------
    InputError
        Names the field that is zero, negative, NaN, infinite or of the wrong type.
    """

    device_flops: float = 5e9
    es_flops: float = 500e9
    rate_bps: float = 100e6
    device_workers: int | None = 1
    es_workers: int | None = None
    bits_per_element: int = 32
    transfer_overhead_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("device_flops", "es_flops", "rate_bps"):
            value = getattr(self, name)
            if not _is_real(value) or not 1e-6 <= value <= 1e30:  # NaN fails any comparison
                raise InputError(f"{name} is {value}; a finite number above 0 is needed (1e-6 to 1e30)")
        for name in ("device_workers", "es_workers"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not 1 <= value <= 1_000_000):
                raise InputError(
                    f"{name} is {value}; a whole number from 1 to 1000000 or unlimited is needed"
                )
        if type(self.bits_per_element) is not int or not 1 <= self.bits_per_element <= 1024:
            raise InputError(
                f"bits_per_element is {self.bits_per_element}; a whole number from 1 to 1024 is needed"
            )
        value = self.transfer_overhead_s
        if not _is_real(value) or not 0 <= value <= 1e9:
            raise InputError(f"transfer_overhead_s is {value}; a finite number from 0 on is needed")


def _is_real(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class WorkerPreset:
    """A named pair of worker counts (None is unlimited)."""

    name: str
    device_workers: int | None
    es_workers: int | None


WORKER_PRESETS: Final = (
    WorkerPreset("Shared device", 1, None),
    WorkerPreset("One accelerator per path", None, None),
    WorkerPreset("Single accelerators", 1, 1),
)
