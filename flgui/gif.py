"""`python -m flgui.gif FOLDER FILE MS`: makes the pictures of a folder one animated GIF, in a process of its own.

Pillow encodes it; imports no Qt, and nothing of the window.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["encode", "main"]

_COLOURS = 256
_SAMPLES = 4
"""Frames that the common palette is chosen from."""


def encode(folder: Path, target: Path, frame_ms: int) -> int:
    """Write the PNG files of `folder`, by name, as one GIF that repeats; returns how many there were."""
    from PIL import Image  # the optional package

    files = sorted(folder.glob("*.png"))
    palette = _palette(Image, files)

    def frames(paths: Sequence[Path]) -> Iterator[Any]:
        for path in paths:
            with Image.open(path) as picture:
                yield picture.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)

    first, *_ = frames(files[:1])
    first.save(
        target,
        format="GIF",
        save_all=True,
        append_images=frames(files[1:]),
        duration=frame_ms,
        loop=0,
        optimize=False,
    )
    return len(files)


def _palette(image: Any, files: Sequence[Path]) -> Any:
    """Return a picture with the colours of all frames: one palette, so that nothing flickers."""
    chosen = files[:: max(1, len(files) // _SAMPLES)]
    pictures = []
    for path in chosen:
        with image.open(path) as picture:
            pictures.append(picture.convert("RGB"))
    width, height = pictures[0].size
    sheet = image.new("RGB", (width, height * len(pictures)))
    for at, picture in enumerate(pictures):
        sheet.paste(picture, (0, at * height))
    return sheet.quantize(colors=_COLOURS, method=image.Quantize.MEDIANCUT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Encode; the exit code is 1, with one line on stderr, when that fails."""
    folder, target, frame_ms = sys.argv[1:] if arguments is None else arguments
    try:
        encode(Path(folder), Path(target), int(frame_ms))
    except (OSError, ValueError, ImportError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
