"""Runs pieces of an ONNX graph in ONNX Runtime and keeps the sessions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from planner_core.verify.boxes import Array, MismatchError

__all__ = ["Sessions"]

_SMALL = 64
"""Constants up to this size are written into the graph: some operators take them no other way."""

_IR_VERSION = 8


class Sessions:
    """Sessions by what they run; sizes are left open, so that tiles of other sizes share them.

    Optimisations are off and one thread computes: every operator is run as the model has it, whole and in
    tiles alike, and the sums come out in the same order wherever the runtime's kernels allow.

    Parameters
    ----------
    model : ModelProto
        For its operator sets.
    limit : int
        Sessions that are kept; the one that was not used for the longest time goes first.
    """

    def __init__(self, model: Any, limit: int = 1024) -> None:
        self._opsets = list(model.opset_import)
        self._ir_version = max(_IR_VERSION, model.ir_version)
        self._limit = limit
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._options = onnxruntime.SessionOptions()
        self._options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self._options.intra_op_num_threads = 1
        self._options.inter_op_num_threads = 1
        self._options.enable_cpu_mem_arena = False
        self._options.enable_mem_pattern = False
        self._options.log_severity_level = 4

    def __len__(self) -> int:
        return len(self._kept)

    def run(
        self,
        nodes: Sequence[Any],
        data: Mapping[str, Array],
        constants: Mapping[str, Array],
        outputs: Sequence[str],
        keep: bool = True,
    ) -> list[Array]:
        """Run `nodes`, in topological order, and return the tensors `outputs`.

        Parameters
        ----------
        nodes : sequence of NodeProto
        data, constants : mapping
            Tensors that the nodes read and do not make. Large constants are handed over with each run, so that
            no session holds a copy of the weights.
        keep : bool
            Keep the session for the next run.

        Raises
        ------
        MismatchError
            With the first line of what the runtime says, when it cannot.
        """
        small = {name: value for name, value in constants.items() if value.size <= _SMALL}
        feeds = {**data, **{name: value for name, value in constants.items() if name not in small}}
        key = (
            tuple(node.SerializeToString(deterministic=True) for node in nodes),
            tuple((name, value.dtype.str, value.shape, value.tobytes()) for name, value in small.items()),
            tuple((name, value.dtype.str, value.ndim) for name, value in feeds.items()),
            tuple(outputs),
        )
        try:
            session = self._kept.pop(key, None)
            if session is None:
                session = self._open(nodes, feeds, small, outputs)
            if keep:
                self._kept[key] = session
                if len(self._kept) > self._limit:
                    self._kept.popitem(last=False)
            return [np.asarray(value) for value in session.run(list(outputs), feeds)]
        except Exception as error:  # the runtime's errors have no base of their own
            raise MismatchError(f"ONNX Runtime cannot run it: {_first_line(error)}") from None

    def _open(
        self,
        nodes: Sequence[Any],
        feeds: Mapping[str, Array],
        small: Mapping[str, Array],
        outputs: Sequence[str],
    ) -> Any:
        inputs = [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(value.dtype), [None] * value.ndim
            )
            for name, value in feeds.items()
        ]
        graph = helper.make_graph(
            list(nodes),
            "piece",
            inputs,
            [onnx.ValueInfoProto(name=name) for name in outputs],
            [numpy_helper.from_array(value, name) for name, value in small.items()],
        )
        model = helper.make_model(graph, opset_imports=self._opsets, ir_version=self._ir_version)
        # What it falls back to is the same, with words on standard output.
        return onnxruntime.InferenceSession(
            model.SerializeToString(), self._options, providers=["CPUExecutionProvider"], enable_fallback=0
        )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
