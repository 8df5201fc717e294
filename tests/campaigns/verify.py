"""Tiles against the whole network in ONNX Runtime: light models, generated networks, and mutants of their plans.

    python -m tests.campaigns.verify                      # all three parts
    python -m tests.campaigns.verify --models resnet50 --seeds 0 --mutants 0

For every light model several tau, and for each several grids, most of which do not divide the maps; for every
seed a generated network at several tau and grids; and for the first seeds and AlexNet every region of a plan, a row
or a column smaller, which has to be found. "Needed" counts the mutants whose result is another when nothing is
checked and all that is missing is garbage; the rest shrink what the operators skip, such as rows between dilated
taps at a border, or what a Slice leaves out. Prints a line a case and exits
with 1 when a tile differs or a mutant gets through that is needed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from verify_models import random_model
from verify_mutants import Judge, mutants, planned

from planner_core.importers import load_network
from planner_core.network.model import Network
from planner_core.tiling import cut_extent
from planner_core.verify.model import RunnableModel, load_model
from planner_core.verify.plan_file import parse_plan_file
from planner_core.verify.run import Verification, verify

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light"
MODELS = ("bvlc_alexnet", "squeezenet", "resnet50", "inception_v1", "vgg19")
GRIDS = ((1, 2), (2, 2), (3, 2), (3, 5), (4, 7))
TAUS = 4


def cells(network: Network) -> Iterator[tuple[int, tuple[int, int]]]:
    """Four tau, spread evenly, with every grid that goes there."""
    for tau in sorted({int(t) for t in np.linspace(2, len(network), TAUS)}):
        height, width = cut_extent(network, tau)
        yield from ((tau, grid) for grid in GRIDS if grid[0] <= height and grid[1] <= width)


def run(network: Network, model: RunnableModel, tau: int, grid: tuple[int, int]) -> Verification:
    """Verify MW's plan of a cell."""
    file = parse_plan_file(planned(network, tau, grid))
    return verify(model, file.plans[0], file.bits_per_element)


class Tally:
    """Counts cases and remembers the largest ratio."""

    def __init__(self) -> None:
        self.cases = self.failed = self.layers = 0
        self.worst = 0.0

    def add(self, title: str, tau: int, grid: tuple[int, int], found: Verification) -> None:
        """Count one verification and print its line."""
        self.cases += 1
        self.layers += found.layer_tiles
        ratio = found.largest.relative
        self.worst = max(self.worst, ratio)
        self.failed += not found.passed
        flag = "ok" if found.passed else f"FAILED {list(found.failures.items())[:1]}"
        print(f"{title:14} tau {tau:3} {grid[0]}x{grid[1]} ratio {ratio:.1e} {flag}", flush=True)

    def text(self) -> str:
        """A line for the end."""
        return f"{self.cases} plans, {self.layers} layer tiles, {self.failed} failed, worst ratio {self.worst:.1e}"


def light(names: list[str]) -> Tally:
    """Verify the light models."""
    tally = Tally()
    for name in names:
        file = LIGHT / f"light_{name}.onnx"
        network = load_network(file)
        model = load_model(file, network)
        for tau, grid in cells(network):
            tally.add(name, tau, grid, run(network, model, tau, grid))
    return tally


def generated(seeds: int, folder: Path) -> Tally:
    """Verify generated networks."""
    tally = Tally()
    for seed in range(seeds):
        network, model = made(seed, folder)
        rng = np.random.default_rng(seed)
        for tau in sorted({len(network), *rng.integers(1, len(network) + 1, 2).tolist()}):
            rows, cols = (int(rng.integers(1, min(6, n + 1))) for n in cut_extent(network, tau))
            tally.add(f"seed {seed}", tau, (rows, cols), run(network, model, tau, (rows, cols)))
    return tally


def made(seed: int, folder: Path) -> tuple[Network, RunnableModel]:
    """A generated network, folded or not."""
    file = folder / f"seed-{seed}.onnx"
    file.write_bytes(random_model(seed, blocks=4 + seed % 5).SerializeToString())
    network = load_network(file, fold=bool(seed % 3))
    return network, load_model(file, network)


def mutated(title: str, network: Network, model: RunnableModel, tau: int, grid: tuple[int, int]) -> list[int]:
    """Try every mutant; return how many were tried, were found, were needed, and got through though needed."""
    text = planned(network, tau, grid)
    judge = Judge(model, text)
    count = np.zeros(4, int)
    for p, tensor, side, mutant in mutants(text):
        found, needed = judge.refuses(mutant, p), judge.matters(mutant, p)
        count += [1, found, needed, needed and not found]
        if needed and not found:
            print(f"{title}: path {p}, {tensor}, side {side} got through")
    print(
        f"{title:14} tau {tau:3} {grid[0]}x{grid[1]} mutants {count[0]}, found {count[1]}, needed {count[2]}"
    )
    return count.tolist()


def main() -> int:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="*", default=list(MODELS), choices=MODELS)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--mutants", type=int, default=30, metavar="N", help="mutate the plans of N seeds")
    args = parser.parse_args()
    started = time.process_time()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tallies = [light(args.models), generated(args.seeds, folder)]
        counts = []
        for seed in range(args.mutants):
            network, model = made(seed, folder)
            tau = max(1, len(network) - seed % 2)
            rows, cols = (min(n, k) for n, k in zip(cut_extent(network, tau), (2, 3), strict=True))
            counts.append(mutated(f"seed {seed}", network, model, tau, (rows, cols)))
        if args.mutants and "bvlc_alexnet" in args.models:
            file = LIGHT / "light_bvlc_alexnet.onnx"
            network = load_network(file)
            counts.append(mutated("bvlc_alexnet", network, load_model(file, network), 8, (3, 2)))
    for title, tally in zip(("light models", "generated"), tallies, strict=True):
        print(f"{title}: {tally.text()}")
    tried, found, needed, through = np.array(counts).reshape(-1, 4).sum(axis=0).tolist()
    print(f"mutants: {tried} tried, {found} found, {needed} needed, {through} needed and not found")
    print(f"{time.process_time() - started:.0f} s of CPU time")
    return int(any(tally.failed for tally in tallies) or through > 0)


if __name__ == "__main__":
    sys.exit(main())
