"""ONNX Runtime as the oracle of shapes: every tensor of a model is made an output, and the model is run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from planner_core.importers.onnx_reader import trace_onnx

__all__ = ["disagreements", "fill_weights", "runtime_shapes"]


def runtime_shapes(model: Any, inputs: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor that a node makes, as it comes out of ONNX Runtime.

    Parameters
    ----------
    inputs : mapping
        Dimensions of the inputs.
    """
    import onnxruntime  # the extra `verify`

    everything = onnx.ModelProto.FromString(model.SerializeToString())
    there = {tensor.name for tensor in everything.graph.output}
    for node in everything.graph.node:
        for output in node.output:
            if output and output not in there:
                everything.graph.output.append(onnx.ValueInfoProto(name=output))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        everything.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    kinds = {i.name: np.int64 if "int64" in i.type else np.float32 for i in session.get_inputs()}
    feed = {name: np.zeros(inputs[name], kind) for name, kind in kinds.items()}
    names = [tensor.name for tensor in session.get_outputs()]
    return {name: np.shape(value) for name, value in zip(names, session.run(names, feed), strict=True)}


def disagreements(
    path: Path, inputs: Mapping[str, tuple[int, ...]], input_shapes: Mapping[str, Any] | None = None
) -> tuple[int, list[tuple[str, tuple[int, ...], Any]]]:
    """Return how many tensors ONNX Runtime makes, and (name, its shape, ours) of those that differ."""
    ours = trace_onnx(path, input_shapes).dims
    theirs = runtime_shapes(onnx.load(str(path)), inputs)
    return len(theirs), [(name, s, ours.get(name)) for name, s in theirs.items() if ours.get(name) != s]


def fill_weights(model: Any) -> Any:
    """Give values to the weights that have none, positive ones as variances must be, so that the model runs."""
    chance = np.random.default_rng(1)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and not tensor.raw_data and not tensor.float_data:
            tensor.raw_data = chance.uniform(0.01, 0.2, tuple(tensor.dims)).astype(np.float32).tobytes()
    return model
