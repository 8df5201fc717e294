"""A short run of `python -m tests.campaigns.fuzz`; what a long one found is in the tests of each reader."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("onnx")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.campaigns import fuzz, fuzz_structure

COUNTS = {"onnx": 250, "darknet": 250, "network-json": 100, "plan-json": 60}


@pytest.mark.parametrize("reader", fuzz.READERS)
def test_damaged_files_are_read_or_refused_in_one_line(reader, tmp_path):
    seeds = fuzz_structure.seeds(reader)
    path = tmp_path / f"file{fuzz.READERS[reader][0]}"
    outcomes = [
        fuzz.check(reader, fuzz.damaged(reader, seeds, 20, number), path) for number in range(COUNTS[reader])
    ]
    read = outcomes.count("read")
    assert 0.1 < read / len(outcomes) < 0.9  # both kinds are met
    assert len(set(outcomes)) > 20  # and many reasons
