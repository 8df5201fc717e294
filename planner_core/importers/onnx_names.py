"""Makes text of the names in an ONNX file that are not UTF-8, which protobuf hands out as bytes."""

from __future__ import annotations

from typing import Any

__all__ = ["mend_names"]


def mend_names(model: Any) -> None:
    """Write `\\xff` for each byte that is no text in the names of a ModelProto.

    Different names stay different. A model whose names are all text is looked over fast and left as it is.
    """
    if not _is_text(model):
        _mend(model)


def _is_text(model: Any) -> bool:
    graph = model.graph
    try:
        # Joining refuses bytes, and is the fastest way to look at many names.
        "".join(
            (graph.name, *(t.name for part in (graph.input, graph.output, graph.initializer) for t in part))
        )
        for group in (graph.node, *(function.node for function in model.functions)):
            for node in group:
                "".join((node.name, node.op_type, node.domain, *node.input, *node.output))
                "".join([a.name for a in node.attribute])
        for value in graph.input:
            "".join([dim.dim_param for dim in value.type.tensor_type.shape.dim])
        for function in model.functions:
            "".join((function.name, function.domain, *function.input, *function.output, *function.attribute))
        "".join([entry.domain for entry in model.opset_import])
    except TypeError:
        return False
    return True


def _mend(message: Any) -> None:
    for field, value in message.ListFields():
        several = field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
        if field.type == field.TYPE_MESSAGE:
            for part in value if several else (value,):
                _mend(part)
        elif field.type == field.TYPE_STRING:
            if several:
                texts = [_text(item) for item in value]
                del value[:]
                value.extend(texts)
            else:
                setattr(message, field.name, _text(value))


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
