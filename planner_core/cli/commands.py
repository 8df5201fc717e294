"""The commands by name; each brings in its module, and what that needs, when it is called."""

from __future__ import annotations

from argparse import Namespace

__all__ = ["models", "plan", "show", "sweep", "verify"]


def models(_: Namespace) -> int:
    """List the bundled networks."""
    from planner_core.cli import networks

    return networks.models()


def show(options: Namespace) -> int:
    """Print the layers of a network."""
    from planner_core.cli import networks

    return networks.show(options)


def plan(options: Namespace) -> int:
    """Plan one network."""
    from planner_core.cli import planning

    return planning.plan_command(options)


def sweep(options: Namespace) -> int:
    """Plan for many values of some options."""
    from planner_core.cli import sweeping

    return sweeping.sweep_command(options)


def verify(options: Namespace) -> int:
    """Run the tiles of a plan and the whole network, and compare."""
    from planner_core.cli import verifying

    return verifying.verify_command(options)
