"""The flplan command that computes what the window shows; imports no Qt."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from planner_core.network.model import Shape
from planner_core.scenario import Scenario
from planner_core.system import System

__all__ = ["command_text", "sweep_command_text"]


def command_text(
    scenario: Scenario,
    model: str,
    fold: bool = True,
    input_shapes: Sequence[tuple[str, Shape]] = (),
) -> str:
    """Return `flplan plan MODEL ...` with the options that differ from the defaults, and always the rate.

    Parameters
    ----------
    model : str
        The MODEL argument: a bundled name or a path.
    fold : bool
        Whether the network was folded.
    input_shapes : sequence of (name, (C, H, W))
        What was given for the network's inputs.
    """
    return shlex.join(["flplan", "plan", model, *_options(scenario), *_reading(scenario, fold, input_shapes)])


def sweep_command_text(
    scenario: Scenario,
    model: str,
    vary: tuple[str, str],
    output: str,
    fold: bool = True,
    input_shapes: Sequence[tuple[str, Shape]] = (),
) -> str:
    """Return the `flplan sweep` that writes the points of a chart.

    Parameters
    ----------
    vary : (text, field)
        What `--vary` takes, and the field of System or Scenario that it varies, whose own option is left out.
    output : str
        File that the command writes.
    """
    text, field = vary
    words = ["flplan", "sweep", model, "--vary", text, *_options(scenario, field)]
    return shlex.join([*words, *_reading(scenario, fold, input_shapes), "-o", output])


def _reading(scenario: Scenario, fold: bool, input_shapes: Sequence[tuple[str, Shape]]) -> list[str]:
    """Options that say how the network is read."""
    words: list[str] = []
    for name, shape in input_shapes:
        alone = len(scenario.network.inputs) == 1 or not name
        size = "x".join(map(str, shape))
        words += ["--input-shape", size if alone else f"{name}={size}"]
    return words if fold else [*words, "--no-fold"]


def _options(scenario: Scenario, but: str = "") -> list[str]:
    """Options that differ from the defaults, and the rate; none for the field `but`."""
    system, usual = scenario.system, System()
    words: list[str] = []
    if system.device_flops != usual.device_flops and but != "device_flops":
        words += ["--device-gflops", _number(system.device_flops / 1e9)]
    if system.es_flops != usual.es_flops and but != "es_flops":
        words += ["--es-gflops", _number(system.es_flops / 1e9)]
    if but != "rate_bps":
        words += ["--rate-mbps", _number(system.rate_bps / 1e6)]
    if system.device_workers != usual.device_workers:
        words += ["--device-workers", _workers(system.device_workers)]
    if system.es_workers != usual.es_workers:
        words += ["--es-workers", _workers(system.es_workers)]
    if system.bits_per_element != usual.bits_per_element:
        words += ["--bits", str(system.bits_per_element)]
    if system.transfer_overhead_s != usual.transfer_overhead_s and but != "transfer_overhead_s":
        words += ["--transfer-overhead-ms", _number(system.transfer_overhead_s * 1e3)]
    if scenario.tau is not None and but != "tau":
        words += ["--tau", str(scenario.tau)]
    if but == "paths":
        pass  # neither a number nor a grid, and the cap counts for nothing
    elif scenario.grid is not None:
        words += ["--grid", f"{scenario.grid[0]}x{scenario.grid[1]}"]
    elif scenario.paths is not None:
        words += ["--paths", str(scenario.paths)]
    if scenario.max_paths is not None and scenario.paths is None and scenario.grid is None and but != "paths":
        words += ["--max-paths", str(scenario.max_paths)]
    return words


def _number(value: float) -> str:
    return f"{value:.12g}"


def _workers(number: int | None) -> str:
    return "inf" if number is None else str(number)
