"""Darknet files: YOLOv2 from its table, every kind of section, and files that cannot be read."""

from __future__ import annotations

import contextlib

import pytest
from darknet_samples import CONFIGS
from hypothesis import given, settings
from hypothesis import strategies as st

from planner_core.errors import InputError, MissingShapeError, OpenInput
from planner_core.export.network_json import write_network
from planner_core.importers import load_network
from planner_core.network.model import POINTWISE, WHOLE, Transposed, Upsample, Window

NET = "[net]\n# Testing\nbatch=1\nwidth={w}\nheight={h}\nchannels={c}\nlearning_rate=0.001\nsteps=1,2\n\n"


def conv(filters, size, activation="leaky", bn=1):
    normalise = "batch_normalize=1\n" if bn else ""
    return (
        f"[convolutional]\n{normalise}filters = {filters}\nsize={size}\nstride=1\npad=1\n"
        f"activation={activation}\n\n"
    )


POOL = "[maxpool]\nsize=2\nstride=2\n\n"
REGION = "[region]\nanchors =  0.57273, 0.677385\nbias_match=1\nclasses=80\ncoords=4\nnum=5\nthresh = .6\n"


def yolov2_cfg(size=416):
    """Written from the published table of layers."""
    table = (
        "32,3 P 64,3 P 128,3 64,1 128,3 P 256,3 128,1 256,3 P 512,3 256,1 512,3 256,1 512,3 P "
        "1024,3 512,1 1024,3 512,1 1024,3 1024,3 1024,3"
    )
    body = "".join(POOL if row == "P" else conv(*row.split(",")) for row in table.split())
    return (
        NET.format(w=size, h=size, c=3)
        + body
        + "[route]\nlayers=-9\n\n"
        + conv(64, 1)
        + "[reorg]\nstride=2\n\n[route]\nlayers=-1,-4\n\n"
        + conv(1024, 3)
        + conv(425, 1, "linear", bn=0)
        + REGION
    )


def tiny_cfg():
    pools = [POOL] * 5 + ["[maxpool]\nsize=2\nstride=1\n\n"]
    body = "".join(conv(16 << i, 3) + pool for i, pool in enumerate(pools))
    return (
        NET.format(w=416, h=416, c=3)
        + body
        + conv(1024, 3)
        + conv(512, 3)
        + conv(425, 1, "linear", bn=0)
        + REGION
    )


@pytest.fixture
def read(tmp_path):
    def run(text, fold=False, input_shapes=None):
        file = tmp_path / "m.cfg"
        file.write_text(text, encoding="utf-8")
        return load_network(file, fold=fold, input_shapes=input_shapes)

    return run


def last(read, text, c=4, h=8, w=8):
    return read(NET.format(c=c, h=h, w=w) + text).layers[-1]


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize(("name", "cfg"), [("yolov2", yolov2_cfg), ("yolov2-tiny", tiny_cfg)])
def test_the_same_network_as_the_bundled_one(read, name, cfg, fold):
    theirs, ours = read(cfg(), fold), load_network(name, fold)
    assert theirs.layers == ours.layers
    assert theirs.inputs == ours.inputs
    assert theirs.name == "m"


def test_yolov2_at_608(read):
    assert 2 * read(yolov2_cfg(608)).macs == 62_938_253_312
    assert 2 * read(yolov2_cfg(), input_shapes={"input": (3, 608, 608)}).macs == 62_938_253_312


def test_convolution_options(read):
    layer = last(
        read, "[convolutional]\nfilters=6\nsize=3\nstride=2\npadding=2\ngroups=2\nactivation=linear\n"
    )
    assert layer.shape == (6, 5, 5)
    assert layer.receptive == Window((3, 3), (2, 2), (2, 2, 2, 2))
    assert layer.macs == 6 * 25 * 2 * 9
    layer = last(
        read,
        "[convolutional]\nfilters=6\nsize=3\nstride_x=2\npad=1\npadding=7\ndilation=2\nactivation=linear\n",
    )
    assert layer.shape == (6, 8, 4)
    assert layer.receptive == Window((3, 3), (1, 2), (2, 2, 2, 2), (2, 2))
    assert last(read, "[convolutional]\n").op == "Sigmoid"  # Darknet's default


@pytest.mark.parametrize(
    ("options", "size", "extent", "window"),
    [
        ("size=2\nstride=2", 8, 4, Window((2, 2), (2, 2), (0, 0, 1, 1))),
        ("size=2\nstride=2", 7, 4, Window((2, 2), (2, 2), (0, 0, 1, 1))),
        ("size=2\nstride=1", 13, 13, Window((2, 2), (1, 1), (0, 0, 1, 1))),
        ("size=3\nstride=2", 8, 4, Window((3, 3), (2, 2), (1, 1, 1, 1))),
        ("size=3\nstride=2\npadding=0", 8, 3, Window((3, 3), (2, 2))),
        ("size=5\nstride=1", 13, 13, Window((5, 5), (1, 1), (2, 2, 2, 2))),
        ("stride=2", 8, 4, Window((2, 2), (2, 2), (0, 0, 1, 1))),
    ],
)
def test_pooling_pads_by_its_size_less_one(read, options, size, extent, window):
    layer = last(read, f"[maxpool]\n{options}\n", h=size, w=size)
    assert (layer.shape, layer.receptive) == ((4, extent, extent), window)


@pytest.mark.parametrize(
    ("text", "op", "shape", "flops", "receptive"),
    [
        ("[avgpool]", "GlobalAveragePool", (4, 1, 1), 256, WHOLE),
        ("[connected]\noutput=5\nactivation=linear", "Gemm", (5, 1, 1), 2 * 256 * 5, WHOLE),
        ("[dropout]\nprobability=.5", "Dropout", (4, 8, 8), 0, POINTWISE),
        ("[cost]\ntype=sse", "Identity", (4, 8, 8), 0, POINTWISE),
        ("[softmax]\ngroups=1", "Softmax", (4, 8, 8), 768, WHOLE),
        ("[softmax]\nspatial=1", "Softmax", (4, 8, 8), 768, POINTWISE),
        ("[upsample]\nstride=2", "Upsample", (4, 16, 16), 0, Upsample((2, 2))),
        ("[reorg]\nstride=2", "Reorg", (16, 4, 4), 0, Window((2, 2), (2, 2))),
        ("[reorg]\nstride=2\nreverse=1", "Reorg", (1, 16, 16), 0, Upsample((2, 2))),
        ("[yolo]\nmask=0,1", "Yolo", (4, 8, 8), 256, POINTWISE),
        ("[region]", "Region", (4, 8, 8), 256, POINTWISE),
        ("[lrn]\nsize=5", "LRN", (4, 8, 8), 7 * 256, POINTWISE),
        ("[activation]\nactivation=mish", "Mish", (4, 8, 8), 256, POINTWISE),
        (
            "[deconvolutional]\nfilters=2\nsize=4\nstride=2\npadding=1\nactivation=linear",
            "ConvTranspose",
            (2, 16, 16),
            2 * 256 * 2 * 16,
            Transposed(Window((4, 4), (2, 2), (1, 1, 1, 1))),
        ),
    ],
)
def test_sections(read, text, op, shape, flops, receptive):
    layer = last(read, text)
    assert (layer.op, layer.shape, layer.flops, layer.receptive) == (op, shape, flops, receptive)


def test_routes_and_shortcuts(read):
    text = (
        conv(4, 3)
        + conv(4, 1)
        + "[shortcut]\nfrom=-2\nactivation=relu\n[route]\nlayers=0,2\ngroups=2\ngroup_id=1\n"
        + "[route]\nlayers=-1\ngroups=2\ngroup_id=0\n[avgpool]\n[scale_channels]\nfrom=4\n"
    )
    network = read(NET.format(c=4, h=8, w=8) + text, fold=True)
    by_name = {layer.name: layer for layer in network.layers}
    assert by_name["shortcut2"].inputs == ("conv1", "conv0")
    assert by_name["shortcut2"].folded == ("shortcut2/relu",)
    assert by_name["route3"].inputs == ("route3/0", "route3/1")
    assert by_name["route3"].shape == (4, 8, 8)
    assert by_name["route4"].inputs == ("route3",)
    assert by_name["route4"].shape == (2, 8, 8)
    assert by_name["scale6"].inputs == ("route4", "avg5")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", r"does not begin with a \[net\] section"),
        ("[convolutional]\n", r"does not begin with a \[net\] section"),
        ("width=3\n", "line 1: 'width=3' is no section"),
        ("[net]\nwidth=8\nheight=8\n", r"\[net\] has no channels"),
        ("[net]\nwidth=8\nheight=8\nchannels=-3\n", r"line 4: channels of \[net\] is -3"),
        (NET.format(c=3, h=8, w=8), "no layer"),
        (NET.format(c=3, h=8, w=8) + "[convolutional]\nfilters=many\n", "line 11: filters .* is many"),
        (NET.format(c=3, h=8, w=8) + "[convolutional]\nfilters=0\n", "an integer from 1 on"),
        (NET.format(c=3, h=8, w=8) + "[convolutional]\nsize=9\n", "line 10: layer 'conv0': its window 9x9"),
        (NET.format(c=3, h=8, w=8) + "[convolutional]\nactivation=magic\n", "line 11: activation .* magic"),
        (NET.format(c=3, h=8, w=8) + "[gru]\nsize=3\n", r"line 10: \[gru\] is no layer"),
        (NET.format(c=3, h=8, w=8) + "[lstm]\n", r"line 10: \[lstm\] is no layer"),
        (NET.format(c=3, h=8, w=8) + "[route]\nlayers=-1\n", "there is no layer -1 before layer 0"),
        (NET.format(c=3, h=8, w=8) + "[avgpool]\n[route]\nlayers=1\n", "there is no layer 1 before layer 1"),
        (NET.format(c=3, h=8, w=8) + "[avgpool]\n[route]\n", r"line 11: \[route\] has no layers"),
        (NET.format(c=3, h=8, w=8) + "[reorg]\nstride=3\n", "line 10: layer 'reorg0'"),
        (NET.format(c=3, h=8, w=8) + "[maxpool]\nantialiasing=1\n", "only 0 can be planned"),
        (
            NET.format(c=3, h=8, w=8) + POOL + "[maxpool]\nstride_x=3\n[shortcut]\nfrom=0\n",
            "a 4x4 map cannot be added to one of 4x2",
        ),
    ],
)
def test_one_sentence_for_what_cannot_be_planned(read, text, cause):
    with pytest.raises(InputError, match=cause) as caught:
        read(text)
    assert caught.value.where.endswith("m.cfg")


def test_comments_may_be_in_any_encoding(tmp_path):
    (tmp_path / "m.cfg").write_bytes(b"# caf\xe9\n" + tiny_cfg().encode())
    assert len(load_network(tmp_path / "m.cfg")) == 16


def test_an_input_that_is_not_there_is_refused(read):
    with pytest.raises(InputError, match="no input 'data'"):
        read(tiny_cfg(), input_shapes={"data": (3, 416, 416)})


FILE = yolov2_cfg().encode()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.binary(max_size=4), st.integers(0, 12))
def test_damaged_files_never_raise_anything_but_input_error(tmp_path_factory, at, junk, cut):
    file = tmp_path_factory.getbasetemp() / "damaged.cfg"
    file.write_bytes(FILE[:at] + junk + FILE[at + cut :])
    with contextlib.suppress(InputError):
        load_network(file)


# 2 x MACs of convolution and FC at the size in the file: FIELD's figures, and the operations that Darknet's
# authors publish (65.86, 5.56, 2.27, 30.94, 4.69, 9.74, 7.29 billion); layers; outputs' operators.
PUBLISHED = {
    "yolov2": (29_464_168_448, 32, ["Region"]),
    "yolov2-tiny": (5_406_442_496, 16, ["Region"]),
    "yolov3": (65_864_075_264, 107, ["Yolo", "Yolo", "Yolo"]),
    "yolov3-tiny": (5_564_961_792, 24, ["Yolo", "Yolo"]),
    "alexnet": (2_270_512_192, 11, ["Gemm"]),
    "vgg-16": (30_940_528_640, 22, ["Gemm"]),
    "resnet18": (4_688_158_720, 31, ["Conv"]),
    "resnet50": (9_741_172_736, 71, ["Conv"]),
    "darknet19": (7_290_748_928, 25, ["GlobalAveragePool"]),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_authors_networks_have_the_published_operations(read, tmp_path, name):
    network = read(CONFIGS[name], fold=True)
    outputs = [network.layers[network.index[tensor] - 1].op for tensor in network.outputs]
    flops, layers, heads = PUBLISHED[name]
    assert (2 * network.macs, outputs) == (flops, heads)
    assert len(network) == layers
    write_network(network, tmp_path / "again.json")
    assert load_network(tmp_path / "again.json") == network
    # What is not folded is the same work.
    assert read(CONFIGS[name]).flops == network.flops


def test_a_size_that_is_missing_is_asked_for(read):
    text = "[net]\nchannels=3\nheight=8\n" + POOL
    with pytest.raises(
        MissingShapeError, match=r"line 1: \[net\] has no width; .* --input-shape 3x8x416"
    ) as caught:
        read(text)
    assert caught.value.inputs == (OpenInput("input", (3, 8, None)),)
    assert read(text, input_shapes={"": (3, 8, 6)}).layers[0].shape == (3, 4, 3)


def test_alexnets_maps(read):
    network = read(CONFIGS["alexnet"], fold=True)
    assert [layer.shape[1] for layer in network.layers] == [55, 27, 27, 13, 13, 13, 13, 6, 1, 1, 1]


def test_a_shortcut_adds_what_both_maps_have(read):
    """Darknet adds the channels that both have, and every second position of a map that is twice as large."""
    text = conv(8, 3).replace("stride=1", "stride=2") + "[shortcut]\nfrom=-2\nactivation=linear\n"
    network = read(NET.format(c=4, h=8, w=8) + conv(6, 3) + text)
    *_, half, add = network.layers
    assert (half.op, half.shape, half.receptive) == ("Slice", (6, 4, 4), Window((1, 1), (2, 2)))
    assert (add.shape, add.inputs, add.flops) == ((8, 4, 4), ("conv1/leakyrelu", half.name), 6 * 16)
    assert add.receptive == POINTWISE


def test_a_shortcut_spreads_a_smaller_map(read):
    text = POOL + POOL + "[upsample]\nstride=2\n[shortcut]\nfrom=-2\nactivation=linear\n"
    *_, spread, add = read(NET.format(c=4, h=8, w=8) + text).layers
    assert (spread.op, spread.receptive) == ("Spread", Transposed(Window((1, 1), (2, 2))))
    assert (add.shape, add.flops) == ((4, 4, 4), 4 * 16)


def test_local_crop_and_the_like(read):
    layer = last(read, "[local]\nfilters=6\nsize=3\nstride=2\npad=1\nactivation=linear\n")
    assert (layer.op, layer.shape, layer.macs) == ("Local", (6, 4, 4), 6 * 16 * 4 * 9)
    assert layer.receptive == Window((3, 3), (2, 2), (1, 1, 1, 1))
    layer = last(read, "[crop]\ncrop_height=4\ncrop_width=6\nflip=1\n")
    assert (layer.shape, layer.receptive) == ((4, 4, 6), Window((3, 2)))
    with pytest.raises(InputError, match=r"crop_height of .crop. is 9; the map is 8x8"):
        last(read, "[crop]\ncrop_height=9\ncrop_width=6\n")
    layer = last(read, "[local_avgpool]\nsize=2\nstride=2\n")
    assert (layer.op, layer.shape) == ("AveragePool", (4, 4, 4))
    assert last(read, "[l2norm]\n").receptive == POINTWISE
    assert last(read, "[Gaussian_yolo]\n".lower()).op == "Yolo"


def test_of_a_key_that_is_there_twice_the_first_counts_as_in_darknet(read):
    text = "[convolutional]\nfilters=6\nsize=3\nfilters=9\nactivation=linear # not leaky\n"
    assert last(read, text).shape == (6, 6, 6)


@pytest.mark.parametrize("value", ["1_0", "٣", "1e3", "99999999999999999999", "-", "", "1,"])
def test_numbers_are_plain(read, value):
    with pytest.raises(InputError, match=r"line 11: filters of .convolutional. is"):
        last(read, f"[convolutional]\nfilters={value}\n")
