"""The one family of errors that a user of the planner can cause."""

from __future__ import annotations

__all__ = ["Cancelled", "InfeasibleError", "InputError", "PlannerError"]


class PlannerError(Exception):
    """Base of every error that the planner raises on purpose; its text is one sentence for the user."""


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
        self.cause = " ".join(cause.split())
        self.where = where
        super().__init__(f"{where}: {self.cause}" if where else self.cause)

    def at(self, where: str) -> InputError:
        """Return the same error with the file `where` in front, unless it already names one."""
        return self if self.where else type(self)(self.cause, where)


class InfeasibleError(InputError):
    """tau, P or the grid cannot be had for this network (SPEC section 2)."""


class Cancelled(PlannerError):  # noqa: N818 - reads as what happened, and is no fault
    """The caller's stop token fired before there was anything to return."""
