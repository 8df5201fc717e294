"""One door for every file: which reader, and what is said when there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planner_core.errors import InputError
from planner_core.export.network_json import write_network
from planner_core.importers import SUFFIXES, bundled_names, load_network


def test_bundled_names_are_the_nine_in_the_order_in_which_they_are_offered():
    assert bundled_names() == (
        "alexnet",
        "squeezenet",
        "squeezenet1_1",
        "yolov2",
        "yolov2-tiny",
        "vgg16",
        "resnet18",
        "mobilenetv2",
        "googlenet",
    )


@pytest.mark.parametrize("name", ["alexnet.JSON", "my net.v2.json"])
def test_the_suffix_chooses_the_reader(tmp_path, name):
    network = load_network("alexnet")
    write_network(network, tmp_path / name)
    assert load_network(tmp_path / name) == load_network(str(tmp_path / name)) == network


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"\x89PNG\r\n\x1a\n", "привет".encode("utf-16")])
def test_a_file_that_is_something_else_is_named(tmp_path, suffix, data):
    file = tmp_path / f"odd{suffix}"
    file.write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_network(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["net.txt", "net", ".json"])
def test_other_suffixes_are_refused(tmp_path, name):
    (tmp_path / name).write_text("{}")
    with pytest.raises(InputError, match=r"the ending '.*' is none of \.onnx, \.cfg, \.json"):
        load_network(tmp_path / name)


def test_a_missing_file_is_no_bundled_network(tmp_path):
    with pytest.raises(InputError, match="is no file and no bundled network"):
        load_network(tmp_path / "gone.onnx")
    with pytest.raises(InputError, match="is no file and no bundled network"):
        load_network("")
    with pytest.raises(InputError, match="is no file and no bundled network"):
        load_network("a\0b.onnx")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_is_no_file(tmp_path, suffix):
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(InputError, match="it is no file"):
        load_network(tmp_path / f"folder{suffix}")


def test_readers_of_other_formats_are_not_imported(tmp_path):
    write_network(load_network("vgg16"), tmp_path / "a.json")
    code = (
        "import sys; from planner_core.importers import load_network; load_network('yolov2');"
        "load_network(sys.argv[1]); sys.exit('onnx' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.json")], cwd=root, check=False)
    assert done.returncode == 0


def test_a_copy_under_a_bundled_name_does_not_shadow_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_network(load_network("vgg16"), tmp_path / "vgg16.json")
    shutil.copy("vgg16.json", "alexnet")
    assert load_network("alexnet").macs == 714_188_480
