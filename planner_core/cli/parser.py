"""The commands of `flplan` and their options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from planner_core.cli import commands, values

__all__ = ["UsageError", "build_parser"]

_DESCRIPTION = """\
Plans how a DNN is cut into fused-layer paths that an end device and an edge server (ES) share.

MODEL is a bundled network (see 'flplan models') or a path to an ONNX model (.onnx), a Darknet
configuration (.cfg) or the planner's own network JSON (.json).
"""

_PLAN_EXAMPLES = """\
examples:
  flplan plan alexnet
  flplan plan yolov2 --rate-mbps 50 --tau 8 --paths 12 --method mw,bf
  flplan plan model.onnx --max-paths 16 --time-limit 60 -o plan.json
  flplan plan alexnet --tau 3 --grid 3x3 -o trace.json --format chrome-trace
"""

_SWEEP_TEXT = """\
Plans every combination of the values of --vary. NAME is one of
  device-gflops, es-gflops  GFLOP/s of one worker     rate-mbps             Mbit/s of the link
  device-workers, es-workers  a count or inf          bits                  bits per element
  tau, paths                whole numbers             transfer-overhead-ms  ms
and VALUES either START:STOP:COUNT (COUNT values from START to STOP, both included), START:STOP:COUNT:log
(the same, evenly spaced in ratio), or a list A,B,C. Where whole numbers are needed, values are rounded and
those that come twice are dropped. What is varied takes the place of the option of that name.

A row has the varied values, then method, tau, paths, grid, makespan_s, lower_bound_s, optimal; the rows
device_only and es_only follow those of the methods. Varied tau and paths are in the columns vary-tau and
vary-paths. Where tau, paths and grid do not go together, MW and BF have rows without figures.

An interrupted sweep leaves OUT.part; the same command goes on from there, also with another --jobs or --dask.
"""

_SWEEP_EXAMPLES = """\
examples:
  flplan sweep alexnet --vary rate-mbps=1:1000:31:log --tau 5 --paths 9 -o rates.csv
  flplan sweep yolov2 --vary device-workers=1,2,4,inf --vary bits=8,16,32 --max-paths 8 -o grid.json
  flplan sweep yolov2 --vary rate-mbps=1:1000:301:log --dask tcp://10.0.0.5:8786 -o rates.csv
"""


_VERIFY_TEXT = """\
Runs an ONNX model on a seeded random input, whole and then path by path as a plan JSON says: its regions, its
offloading layers, and on the ES nothing but what was sent. The tiles are put together, the rest is run on them, and
the largest differences are printed. Weights that are the same everywhere become seeded random ones.

Exit code 0: all agrees up to float rounding; 1: it does not; 2: wrong input. Needs the extra flgui[verify].
"""

_VERIFY_EXAMPLES = """\
examples:
  flplan verify model.onnx --tau 8 --grid 3x4
  flplan verify model.onnx --tau 8 --paths 12 --offload 5
  flplan verify model.onnx plan.json
"""


class UsageError(Exception):
    """A wrong option; its text begins with the option's name."""


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line that begins with the option."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        if message.startswith("argument "):
            message = message.removeprefix("argument ")
        elif message.startswith("the following arguments are required: "):
            name = message.partition(": ")[2].split(", ")[0]
            message = f"{name}: it is missing; see '{self.prog} --help'"
        elif message.startswith("unrecognized arguments: "):
            name = message.partition(": ")[2].split()[0]
            message = f"{name}: there is no such option; see '{self.prog} --help'"
        raise UsageError(message)


class _Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str, **_: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and exit")

    def __call__(self, *_: Any) -> NoReturn:
        from planner_core.cli.version import version  # see above

        print(f"flplan {version()}")
        sys.exit(0)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; its result has `run`, the command to call with it."""
    parser = _Parser(prog="flplan", description=_DESCRIPTION)
    parser.add_argument("--version", action=_Version)
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    models = group.add_parser(
        "models", help="list the bundled networks", description="Lists the bundled networks."
    )
    models.set_defaults(run=commands.models)
    _add_show(group)
    _add_plan(group)
    _add_sweep(group)
    _add_verify(group)
    return parser


def _add_show(group: Any) -> None:
    text = "Prints the layers of a network: output shape, FLOPs, MACs and the bits of the output."
    show = group.add_parser("show", help="print the layers of a network", description=text)
    _add_model(show)
    show.add_argument("--json", action="store_true", help="print the network JSON instead of a table")
    show.set_defaults(run=commands.show)


def _add_plan(group: Any) -> None:
    text = "Plans by the methods MW, NFL and BF and compares them with device-only and ES-only."
    plan = group.add_parser("plan", help="plan one network", description=text, epilog=_PLAN_EXAMPLES)
    _add_model(plan)
    _add_system(plan)
    _add_cut(plan)
    _add_methods(plan, "--method")
    plan.add_argument(
        "--time-limit",
        type=values.seconds,
        metavar="S",
        default=120.0,  # a proof may take hours; the gap that is left then is stated
        help="stop after S seconds with the best plans known by then (default 120)",
    )
    plan.add_argument("-o", dest="output", metavar="FILE", help="write the plans to FILE")
    plan.add_argument(
        "--format",
        choices=("json", "chrome-trace"),
        help="what FILE holds: the plan JSON (default) or Chrome Trace Events",
    )
    plan.set_defaults(run=commands.plan)


def _add_sweep(group: Any) -> None:
    sweep = group.add_parser(
        "sweep", help="plan for many values of some options", description=_SWEEP_TEXT, epilog=_SWEEP_EXAMPLES
    )
    _add_model(sweep)
    sweep.add_argument(
        "--vary",
        action="append",
        required=True,
        type=values.vary,
        metavar="NAME=VALUES",
        help="what to vary; given more than once, every combination is planned",
    )
    _add_system(sweep)
    _add_cut(sweep)
    _add_methods(sweep, "--methods")
    sweep.add_argument(
        "--time-limit", type=values.seconds, metavar="S", help="give every point at most S seconds"
    )
    where = sweep.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=values.count, metavar="N", help="processes; default: one per core")
    where.add_argument(
        "--dask",
        type=values.scheduler,
        metavar="tcp://HOST:PORT",
        help="plan on the workers of this Dask scheduler; needs the extra flgui[dask], there as well as here",
    )
    sweep.add_argument("-o", dest="output", required=True, metavar="OUT", help="OUT.csv or OUT.json")
    sweep.set_defaults(run=commands.sweep)


def _add_verify(group: Any) -> None:
    verify = group.add_parser(
        "verify",
        help="run a plan's tiles and compare with the whole network",
        description=_VERIFY_TEXT,
        epilog=_VERIFY_EXAMPLES,
    )
    _add_model(verify, "path to an .onnx file")
    verify.add_argument(
        "plan", nargs="?", metavar="PLAN.json", help="a plan JSON of this model; default: plan by the options"
    )
    _add_cut(verify, most=36)
    verify.add_argument(
        "--offload",
        type=values.offload,
        metavar="O[,O,...]",
        help="split all paths at layer O, or each at its own; default: as the method does",
    )
    verify.add_argument(
        "--method",
        dest="methods",
        type=values.methods,
        metavar="LIST",
        help="plans of PLAN.json to run (all), or methods to plan by, for two minutes at most (mw)",
    )
    verify.add_argument(
        "--seed", type=values.seed, default=0, metavar="N", help="seed of input and weights (0)"
    )
    verify.set_defaults(run=commands.verify)


def _add_model(
    parser: argparse.ArgumentParser, kinds: str = "bundled name, or path to .onnx, .cfg or .json"
) -> None:
    parser.add_argument("model", metavar="MODEL", help=kinds)
    parser.add_argument(
        "--no-fold",
        dest="fold",
        action="store_false",
        help="keep activations, BatchNorm and the like as layers of their own",
    )
    parser.add_argument(
        "--input-shape",
        dest="input_shapes",
        action="append",
        default=[],
        type=values.input_shape,
        metavar="[NAME=]CxHxW",
        help="shape of a network input that MODEL leaves open, or another one, such as 3x224x224 or "
        "input=3x224x224; may be repeated",
    )


def _add_system(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("system").add_argument
    add(
        "--device-gflops",
        type=values.device_flops,
        default="5",
        metavar="X",
        help="GFLOP/s of the device (5)",
    )
    add("--es-gflops", type=values.es_flops, default="500", metavar="X", help="GFLOP/s of the ES (500)")
    add("--rate-mbps", type=values.rate, default="100", metavar="X", help="Mbit/s of the link (100)")
    add(
        "--device-workers",
        type=values.workers,
        default="1",
        metavar="N|inf",
        help="paths at once on the device (1)",
    )
    add(
        "--es-workers",
        type=values.workers,
        default="inf",
        metavar="N|inf",
        help="paths at once on the ES (inf)",
    )
    add("--bits", type=values.bits, default="32", metavar="N", help="bits per element of a tensor (32)")
    add(
        "--transfer-overhead-ms",
        type=values.overhead,
        default="0",
        metavar="X",
        help="ms added to every transfer (0)",
    )


def _add_cut(parser: argparse.ArgumentParser, most: int | None = None) -> None:
    add = parser.add_argument_group("fused layers and paths; 'auto', the default, searches").add_argument
    add("--tau", type=values.automatic, default="auto", metavar="N|auto", help="number of fused layers")
    add(
        "--paths",
        type=values.automatic,
        default="auto",
        metavar="N|auto",
        help="number of paths, one per tile",
    )
    add(
        "--grid",
        type=values.grid,
        metavar="RxC",
        help="rows and columns of tiles; default: closest to square",
    )
    limit = "" if most is None else f" ({most})"
    add(
        "--max-paths",
        type=values.count,
        metavar="N",
        help=f"search only up to N paths{limit}",
    )


def _add_methods(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument(
        name,
        dest="methods",
        type=values.methods,
        default="mw,nfl,bf",
        metavar="LIST",
        help="methods to plan by (mw,nfl,bf)",
    )
