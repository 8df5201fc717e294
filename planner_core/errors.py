"""The one family of errors that a user of the planner can cause."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cancelled", "InfeasibleError", "InputError", "MissingShapeError", "OpenInput", "PlannerError"]


class PlannerError(Exception):
    """Base of every error that the planner raises on purpose; its text is one sentence for the user."""


_LONGEST = 600  # characters of a message; a file may hold names of any length
_END = 200


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - _END]} ... {text[-_END:]}"


class InputError(PlannerError):
    """Something given by the user cannot be used.

    Parameters
    ----------
    cause : str
        One sentence that names the field or layer and what is wrong with it.
    where : str, optional
        The file, or the file and the place in it.
    """

    def __init__(self, cause: str, where: str | None = None) -> None:
        self.cause = _shortened(" ".join(cause.split()))
        self.where = where
        super().__init__(f"{where}: {self.cause}" if where else self.cause)

    def at(self, where: str) -> InputError:
        """Return the same error with the file `where` in front, unless it already names one."""
        return self if self.where else type(self)(self.cause, where)


@dataclass(frozen=True, slots=True)
class OpenInput:
    """A network input whose shape a file leaves open.

    Parameters
    ----------
    name : str
    shape : (C, H, W)
        None where the file says nothing.
    symbols : (str, str, str)
        What the file calls the dimensions of C, H and W; empty where it gives no name.
    """

    name: str
    shape: tuple[int | None, int | None, int | None]
    symbols: tuple[str, str, str] = ("", "", "")


class MissingShapeError(InputError):
    """A file leaves dimensions of its inputs open that have to be given.

    Parameters
    ----------
    inputs : tuple of OpenInput
        All inputs with open dimensions.
    """

    def __init__(self, cause: str, where: str | None = None, inputs: tuple[OpenInput, ...] = ()) -> None:
        super().__init__(cause, where)
        self.inputs = inputs

    def at(self, where: str) -> MissingShapeError:
        """Return the same error with the file `where` in front, unless it already names one."""
        return self if self.where else MissingShapeError(self.cause, where, self.inputs)


class InfeasibleError(InputError):
    """tau, P or the grid cannot be had for this network (SPEC section 2)."""


class Cancelled(PlannerError):  # noqa: N818 - reads as what happened, and is no fault
    """The caller's stop token fired before there was anything to return."""
