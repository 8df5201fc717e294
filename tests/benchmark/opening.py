"""Part (f): opening ONNX models against onnx's own load and shape inference."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import onnx

from tests.benchmark.common import Options, Section, say, table

__all__ = ["run"]

MODELS = (
    "bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet", "squeezenet",
    "vgg19", "zfnet512",
)  # fmt: skip
ROUNDS = 9
LIMIT = 1.5
_FOLDER = Path(onnx.__file__).parent / "backend/test/data/light"
_CLOCK = "import sys, time; began = time.process_time()\n"
_ONNX = "import onnx, onnx.shape_inference; onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]))\n"
_OURS = "from planner_core.importers import load_network; load_network(sys.argv[1])\n"
_END = "print(time.process_time() - began)"


def run(options: Options) -> Section:
    """Measure, and write the section."""
    section = Section("f", "Opening ONNX models")
    rounds = 1 if options.quick else ROUNDS
    rows, ratios, sums = [], [], [0.0, 0.0]
    for name in MODELS:
        path = _FOLDER / f"light_{name}.onnx"
        _seconds(_OURS, path)  # compiles modules, once and for all
        pairs = [(_seconds(_ONNX, path), _seconds(_OURS, path)) for _ in range(rounds)]
        theirs, ours = median(a for a, _ in pairs), median(b for _, b in pairs)
        ratio = median(b / a for a, b in pairs)
        sums[0], sums[1] = sums[0] + theirs, sums[1] + ours
        ratios.append(ratio)
        rows.append(
            [
                name,
                str(len(onnx.load(path).graph.node)),
                f"{theirs * 1e3:.0f}",
                f"{ours * 1e3:.0f}",
                f"{ratio:.2f}",
            ]
        )
        say(f"f: {name}: {ratio:.2f}")
    rows.append(["all nine", "", f"{sums[0] * 1e3:.0f}", f"{sums[1] * 1e3:.0f}", f"{sums[1] / sums[0]:.2f}"])
    claim = (
        f"each of onnx's nine light models opens in under {LIMIT} times onnx's own import, load and shape inference: "
        f"worst {max(ratios):.2f}, all nine together {sums[1] / sums[0]:.2f}"
    )
    section.claims = [(claim, max(ratios) < LIMIT)]
    section.body = [
        f"CPU time of a process of its own, imports included, of both in turn; medians of {rounds} rounds, the ratio "
        "that of the rounds' ratios. Opening is all that `load_network` does, folding included.",
        table(["model", "nodes", "onnx, ms", "load_network, ms", "ratio"], rows),
    ]
    return section


def _seconds(code: str, path: Path) -> float:
    with_caches = {
        k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
    }  # as anyone has them
    done = subprocess.run(
        [sys.executable, "-c", _CLOCK + code + _END, str(path)],
        cwd=Path(__file__).resolve().parents[2],
        env=with_caches,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)
