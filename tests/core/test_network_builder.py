"""Operator catalogue and builder: shapes, FLOPs and receptive fields worked out by hand."""

from __future__ import annotations

import pytest

from planner_core.errors import InputError
from planner_core.network.builder import NetworkBuilder, make_window
from planner_core.network.model import POINTWISE, WHOLE, Transposed, Upsample, Window


def one(x, add):
    builder = NetworkBuilder("t")
    builder.input("x", x)
    add(builder)
    return builder.build().layers[-1]


def test_convolution_with_groups_dilation_and_uneven_padding():
    layer = one(
        (4, 10, 12),
        lambda b: b.conv("c", "x", 6, (3, 2), stride=(2, 1), padding=(1, 0, 2, 1), dilation=(2, 1), groups=2),
    )
    # H: (10 + 1 + 2 - 5) // 2 + 1 = 5; W: 12 + 0 + 1 - 2 + 1 = 12
    assert layer.shape == (6, 5, 12)
    assert layer.macs == 6 * 5 * 12 * 2 * 3 * 2
    assert layer.flops == 2 * layer.macs
    assert layer.receptive == Window((3, 2), (2, 1), (1, 0, 2, 1), (2, 1))


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "ceil_mode", "expected"),
    [
        (109, 3, 2, 0, True, 54),
        (54, 3, 2, 0, True, 27),
        (6, 3, 2, 0, False, 2),
        (6, 3, 2, 0, True, 3),
        (4, 2, 3, 1, True, 2),  # the third window would start at 6 of the padded 6
        (
            5,
            2,
            3,
            1,
            True,
            2,
        ),  # the third would start at 6 of the padded 7, where the end padding begins
        (3, 1, 2, 0, True, 2),
    ],
)
def test_pooling_extent(size, kernel, stride, padding, ceil_mode, expected):
    layer = one(
        (2, size, size),
        lambda b: b.pool("p", "x", kernel, stride=stride, padding=padding, ceil_mode=ceil_mode),
    )
    assert layer.shape == (2, expected, expected)
    assert layer.flops == 2 * expected**2 * kernel**2
    assert layer.macs == 0


def test_transposed_convolution_undoes_the_extents_of_its_window():
    layer = one(
        (8, 13, 13), lambda b: b.conv_transpose("t", "x", 4, 3, stride=2, padding=1, output_padding=1)
    )
    assert layer.shape == (4, 26, 26)
    assert layer.macs == 8 * 13 * 13 * 4 * 9
    assert layer.receptive == Transposed(make_window(3, 2, 1))


@pytest.mark.parametrize(
    ("add", "shape", "flops", "receptive"),
    [
        (lambda b: b.global_pool("y", "x"), (6, 1, 1), 6 * 8 * 4, WHOLE),
        (lambda b: b.dense("y", "x", 5), (5, 1, 1), 2 * 6 * 8 * 4 * 5, WHOLE),
        (lambda b: b.elementwise("y", "x", "Relu"), (6, 8, 4), 192, POINTWISE),
        (lambda b: b.elementwise("y", "x", "BatchNormalization"), (6, 8, 4), 2 * 192, POINTWISE),
        (lambda b: b.elementwise("y", "x", "Softmax"), (6, 8, 4), 3 * 192, POINTWISE),
        (lambda b: b.elementwise("y", "x", "Dropout"), (6, 8, 4), 0, POINTWISE),
        (lambda b: b.lrn("y", "x", 5), (6, 8, 4), 7 * 192, POINTWISE),
        (lambda b: b.merge("y", ["x", "x", "x"]), (6, 8, 4), 2 * 192, POINTWISE),
        (lambda b: b.concat("y", ["x", "x"]), (12, 8, 4), 0, POINTWISE),
        (lambda b: b.reorg("y", "x", 2), (24, 4, 2), 0, Window((2, 2), (2, 2))),
        (lambda b: b.upsample("y", "x", (2, 3)), (6, 16, 12), 0, Upsample((2, 3))),
        (lambda b: b.flatten("y", "x"), (192, 1, 1), 0, WHOLE),
    ],
)
def test_operator_facts(add, shape, flops, receptive):
    layer = one((6, 8, 4), add)
    assert (layer.shape, layer.flops, layer.receptive) == (shape, flops, receptive)


def test_merge_broadcasts_a_vector_over_the_map():
    builder = NetworkBuilder("se")
    builder.input("x", (6, 8, 4))
    builder.global_pool("pool", "x")
    builder.merge("scale", ["x", "pool"], op="Mul")
    assert builder.build().layers[-1].shape == (6, 8, 4)


@pytest.mark.parametrize(
    ("add", "cause"),
    [
        (lambda b: b.conv("y", "x", 4, 9), "layer 'y': its window 9x9 is larger than the 8x4 map"),
        (lambda b: b.conv("y", "x", 4, 3, groups=4), "4 groups do not divide 6"),
        (lambda b: b.conv("y", "x", 0, 3), "filters is 0"),
        (lambda b: b.conv("y", "x", 4, 0), "layer 'y': kernel"),
        (lambda b: b.conv("y", "z", 4, 3), "layer 'y': 'z' is no network input"),
        (lambda b: b.reorg("y", "x", 3), "does not divide the 8x4 map"),
        (lambda b: b.elementwise("x", "x", "Relu"), "the name 'x' is used twice"),
        (lambda b: b.elementwise("y", "x", "Conv"), "'Conv' is no operator that works position by position"),
        (lambda b: b.elementwise("", "x", "Relu"), "a layer has no name"),
    ],
)
def test_parameters_that_do_not_fit_name_the_layer(add, cause):
    with pytest.raises(InputError, match=cause):
        one((6, 8, 4), add)


def test_merging_different_maps_is_refused():
    builder = NetworkBuilder("t")
    builder.input("a", (6, 8, 4))
    builder.input("b", (6, 7, 4))
    with pytest.raises(InputError, match="layer 'y': it merges tensors of different shapes: 6x8x4, 6x7x4"):
        builder.merge("y", ["a", "b"])
    with pytest.raises(InputError, match="layer 'y': it concatenates maps of different sizes"):
        builder.concat("y", ["a", "b"])
