"""Darknet configurations, written from the published tables of layers, with the options their authors use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["CONFIGS", "conv", "net", "pool"]


def net(width: int, height: int | None = None, head: str = "net") -> str:
    """Return a first section with the options of training."""
    return (
        f"[{head}]\n# Testing\nbatch=1\nsubdivisions=1\n# Training\n# batch=64\nwidth={width}\n"
        f"height={height or width}\nchannels=3\nmomentum=0.9\ndecay=0.0005\nlearning_rate=0.001\n"
        "burn_in=1000\nmax_batches = 500200\npolicy=steps\nsteps=400000,450000\nscales=.1,.1\n\n"
    )


def conv(
    filters: int,
    size: int,
    stride: int = 1,
    activation: str = "leaky",
    bn: int = 1,
    pad: int = 1,
    more: str = "",
) -> str:
    """Return a convolution."""
    normalise = "batch_normalize=1\n" if bn else ""
    return (
        f"[convolutional]\n{normalise}filters={filters}\nsize={size}\nstride={stride}\npad={pad}\n{more}"
        f"activation={activation}\n\n"
    )


def pool(size: int = 2, stride: int = 2, more: str = "") -> str:
    """Return max pooling."""
    return f"[maxpool]\nsize={size}\nstride={stride}\n{more}\n"


def _connected(units: int, activation: str = "relu") -> str:
    return f"[connected]\noutput={units}\nactivation={activation}\n\n"


def _head(kind: str, mask: str = "") -> str:
    mask = f"mask = {mask}\n" if mask else ""
    return (
        f"[{kind}]\n{mask}anchors = 10,13,  16,30,  33,23,  30,61\nclasses=80\nnum=9\njitter=.3\n"
        "ignore_thresh = .7\ntruth_thresh = 1\nrandom=1\n\n"
    )


DROPOUT = "[dropout]\nprobability=.5\n\n"
SOFTMAX = "[softmax]\ngroups=1\n\n"
AVERAGE = "[avgpool]\n\n"
COST = "[cost]\ntype=sse\n\n"


def _rows(text: str) -> str:
    """Return layers from a short form: P is max/2, others are filters,size."""
    return "".join(pool() if row == "P" else conv(*map(int, row.split(","))) for row in text.split())


def yolov2(size: int = 416) -> str:
    """Return YOLOv2 for COCO."""
    body = _rows(
        "32,3 P 64,3 P 128,3 64,1 128,3 P 256,3 128,1 256,3 P 512,3 256,1 512,3 256,1 512,3 P "
        "1024,3 512,1 1024,3 512,1 1024,3 1024,3 1024,3"
    )
    tail = "[route]\nlayers=-9\n\n" + conv(64, 1) + "[reorg]\nstride=2\n\n[route]\nlayers=-1,-4\n\n"
    return net(size) + body + tail + conv(1024, 3) + conv(425, 1, 1, "linear", 0) + _head("region")


def yolov2_tiny() -> str:
    """Return Tiny-YOLOv2 for COCO, whose sixth pooling has stride 1."""
    body = _rows("16,3 P 32,3 P 64,3 P 128,3 P 256,3 P 512,3") + pool(2, 1)
    return net(416) + body + conv(1024, 3) + conv(512, 3) + conv(425, 1, 1, "linear", 0) + _head("region")


def _residual(filters: int) -> str:
    shortcut = "[shortcut]\nfrom=-3\nactivation=linear\n\n"
    return conv(filters // 2, 1) + conv(filters, 3) + shortcut


def _detect(filters: int, mask: str) -> str:
    rows = (conv(filters, 1) + conv(2 * filters, 3)) * 3
    return rows + conv(255, 1, 1, "linear", 0) + _head("yolo", mask)


def _again(filters: int, route: int) -> str:
    """Return the way to the next scale: back four layers, halve the channels, enlarge, join an earlier map."""
    back = "[route]\nlayers = -4\n\n" + conv(filters, 1) + "[upsample]\nstride=2\n\n"
    return back + f"[route]\nlayers = -1, {route}\n\n"


def yolov3(size: int = 416) -> str:
    """Return YOLOv3: Darknet-53 and three scales."""
    body = conv(32, 3)
    for filters, count in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        body += conv(filters, 3, 2) + _residual(filters) * count
    ends = _detect(512, "6,7,8") + _again(256, 61) + _detect(256, "3,4,5") + _again(128, 36)
    return net(size) + body + ends + _detect(128, "0,1,2")


def yolov3_tiny() -> str:
    """Return YOLOv3-tiny: two scales."""
    body = _rows("16,3 P 32,3 P 64,3 P 128,3 P 256,3 P 512,3") + pool(2, 1)
    first = (
        conv(1024, 3) + conv(256, 1) + conv(512, 3) + conv(255, 1, 1, "linear", 0) + _head("yolo", "3,4,5")
    )
    second = _again(128, 8) + conv(256, 3) + conv(255, 1, 1, "linear", 0) + _head("yolo", "0,1,2")
    return net(416) + body + first + second


def alexnet() -> str:
    """Return AlexNet at 227, without groups."""
    window = pool(3, 2, "padding=0\n")
    body = conv(96, 11, 4, "relu", 0, pad=0) + window + conv(256, 5, 1, "relu", 0) + window
    body += conv(384, 3, 1, "relu", 0) + conv(384, 3, 1, "relu", 0) + conv(256, 3, 1, "relu", 0) + window
    tail = _connected(4096) + DROPOUT + _connected(4096) + DROPOUT + _connected(1000, "linear")
    return net(227) + body + tail + SOFTMAX


def vgg16() -> str:
    """Return VGG-16, which crops its 256 by 256 pictures first."""
    body = "[crop]\ncrop_height=224\ncrop_width=224\nflip=1\nexposure=1\nsaturation=1\nangle=0\n\n"
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        body += conv(filters, 3, 1, "relu", 0) * count + pool()
    tail = _connected(4096) + DROPOUT + _connected(4096) + DROPOUT + _connected(1000, "linear")
    return net(256) + body + tail + SOFTMAX + COST


def _stages(block: Callable[[int, int], str], counts: tuple[int, ...]) -> str:
    text = ""
    for stage, count in enumerate(counts):
        for number in range(count):
            text += block(64 << stage, 2 if stage and not number else 1)
    return text


def _basic(filters: int, stride: int) -> str:
    both = conv(filters, 3, stride) + conv(filters, 3, 1, "linear")
    return both + "[shortcut]\nactivation=leaky\nfrom=-3\n\n"


def _bottleneck(filters: int, stride: int) -> str:
    three = conv(filters, 1) + conv(filters, 3, stride) + conv(4 * filters, 1, 1, "linear")
    return three + "[shortcut]\nfrom=-4\nactivation=leaky\n\n"


def _resnet(block: Callable[[int, int], str], counts: tuple[int, ...]) -> str:
    head = net(256) + conv(64, 7, 2) + pool()
    return head + _stages(block, counts) + AVERAGE + conv(1000, 1, 1, "linear", 0) + SOFTMAX


def resnet18() -> str:
    """Return ResNet-18; Darknet adds maps of different sizes and channels where they overlap."""
    return _resnet(_basic, (2, 2, 2, 2))


def resnet50() -> str:
    """Return ResNet-50."""
    return _resnet(_bottleneck, (3, 4, 6, 3))


def darknet19() -> str:
    """Return Darknet-19 at 256."""
    body = _rows(
        "32,3 P 64,3 P 128,3 64,1 128,3 P 256,3 128,1 256,3 P 512,3 256,1 512,3 256,1 512,3 P "
        "1024,3 512,1 1024,3 512,1 1024,3"
    )
    return net(256, head="network") + body + conv(1000, 1, 1, "linear", 0) + AVERAGE + SOFTMAX + COST


CONFIGS: Mapping[str, str] = {
    "yolov2": yolov2(),
    "yolov2-tiny": yolov2_tiny(),
    "yolov3": yolov3(),
    "yolov3-tiny": yolov3_tiny(),
    "alexnet": alexnet(),
    "vgg-16": vgg16(),
    "resnet18": resnet18(),
    "resnet50": resnet50(),
    "darknet19": darknet19(),
}
