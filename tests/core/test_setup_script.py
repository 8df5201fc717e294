"""`./run` and `./check` against stand-ins for Python, pip, apt-get, sudo and ldconfig."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TOOLS = (
    "basename",
    "bash",
    "cat",
    "cp",
    "dirname",
    "env",
    "find",
    "flock",
    "mkdir",
    "mv",
    "rm",
    "sh",
    "tail",
    "touch",
    "true",
)
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_PACKAGES = [
    "libxcb-cursor0",
    "libxkbcommon-x11-0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libwayland-cursor0",
]

PYTHON = """
case "$*" in
  *"import ensurepip"*) [ -e "$FAKE/ensurepip" ] ;;
  *version_info*) exec "$REAL_PYTHON" "$@" ;;
  "-m venv "*)
    echo "venv" >>"$FAKE/calls"
    mkdir -p "$3/bin"
    for tool in python ruff mypy lint-imports; do cp "$FAKE/env-$tool" "$3/bin/$tool"; done ;;
esac
"""
ENV_PYTHON = """
case "$*" in
  *hashlib*) exec "$REAL_PYTHON" "$@" ;;
  *"pip install"*)
    for last; do :; done
    echo "pip $last" >>"$FAKE/calls"
    touch "$(dirname "$0")/../installed"
    flock "$FAKE/hold" true
    if [ -e "$FAKE/pip-fails" ]; then echo "no route to the packages"; exit 1; fi ;;
  *"warm_up()"*) echo "kernels" >>"$FAKE/calls" ;;
  *"-m flgui"*) shift 3; echo "flgui $*" ;;
  *"-m pytest"*"-p no:pytest-qt"*) echo "core tests"; [ ! -e "$FAKE/pytest-fails" ] ;;
  *"-m pytest"*) shift 2; echo "pytest $*"; [ ! -e "$FAKE/pytest-fails" ] ;;
esac
"""
TOOL = 'echo "$(basename "$0") $*" >>"$FAKE/calls"; [ ! -e "$FAKE/$(basename "$0")-fails" ]'
APT = 'echo "apt-get $*" >>"$FAKE/calls"; if [ "$1" = install ]; then touch "$FAKE/ensurepip"; fi'


@dataclass
class Machine:
    """A checkout of the scripts on a machine made of stand-ins."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bin.mkdir(parents=True)
        (self.checkout / "scripts").mkdir(parents=True)
        for name in ("run", "check", "scripts/setup.sh", "pyproject.toml"):
            shutil.copy(CHECKOUT / name, self.checkout / name)
        for tool in TOOLS:
            self.bin.joinpath(tool).symlink_to(shutil.which(tool) or pytest.skip(f"needs {tool}"))
        self.stand_in("python3", PYTHON)
        self.stand_in("apt-get", APT)
        self.stand_in("uname", "echo Linux")
        self.stand_in("ldconfig", 'cat "$FAKE/libraries"')
        self.libraries(*LIBRARIES)
        self.user(0)
        for name, text in (("python", ENV_PYTHON), *((t, TOOL) for t in ("ruff", "mypy"))):
            self.write(self.folder / f"env-{name}", text)
        self.write(self.folder / "env-lint-imports", TOOL)
        self.switch("ensurepip")
        self.environment = {
            "FAKE": str(self.folder),
            "HOME": str(self.folder),
            "PATH": str(self.bin),
            "REAL_PYTHON": sys.executable,
        }

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def checkout(self) -> Path:
        return self.folder / "the checkout"

    @property
    def venv(self) -> Path:
        return self.checkout / ".venv"

    def write(self, path: Path, text: str) -> None:
        path.write_text(f"#!{self.bin}/bash\n{text}\n")
        path.chmod(0o755)

    def stand_in(self, name: str, text: str) -> None:
        self.write(self.bin / name, text)

    def libraries(self, *names: str) -> None:
        lines = "".join(f"\t{name} (libc6,x86-64) => /usr/lib/{name}\n" for name in names)
        (self.folder / "libraries").write_text(lines)

    def user(self, number: int) -> None:
        self.stand_in("id", f"echo {number}")

    def switch(self, name: str, on: bool = True) -> None:
        path = self.folder / name
        path.touch() if on else path.unlink()

    def calls(self) -> list[str]:
        """What was called since the last time."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def start(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "bash", self.checkout / script, *arguments],
            cwd=self.checkout,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def _packages(line: str) -> list[str]:
    """The packages of an apt-get line, without the fonts: they depend on the machine that runs the tests."""
    words = line.partition("--no-install-recommends ")[2].partition(" -o ")[0].split()
    return [word for word in words if word != "fonts-dejavu-core"]


def test_the_first_start_makes_the_environment_and_the_second_trusts_it(machine: Machine) -> None:
    first = machine.start("run", "alexnet", "--theme", "dark", DISPLAY=":0", WAYLAND_DISPLAY="")
    # The stand-in has no libraries for windows, so those are installed too.
    calls = [call for call in machine.calls() if not call.startswith("apt-get")]
    assert calls == ["venv", f"pip {machine.checkout}", "kernels"]
    assert first.stdout == "flgui alexnet --theme dark\n"
    assert first.returncode == 0
    machine.libraries(*LIBRARIES, *_window_libraries())
    second = machine.start("run", "vgg16", DISPLAY=":0")
    assert machine.calls() == []
    assert second.stdout == "flgui vgg16\n"
    assert "nstalling the" not in second.stderr


def _window_libraries() -> list[str]:
    return [
        "libxcb-cursor.so.0",
        "libxkbcommon-x11.so.0",
        "libxcb-icccm.so.4",
        "libxcb-keysyms.so.1",
        "libxcb-shape.so.0",
        "libwayland-cursor.so.0",
    ]


def test_only_missing_libraries_are_installed(machine: Machine) -> None:
    machine.libraries(*(name for name in LIBRARIES if name not in ("libEGL.so.1", "libdbus-1.so.3")))
    assert machine.start("run").returncode == 0
    update, install = (call for call in machine.calls() if call.startswith("apt-get"))
    assert update == "apt-get update"
    assert _packages(install) == ["libegl1", "libdbus-1-3"]


def test_a_window_needs_more_libraries_than_a_picture(machine: Machine) -> None:
    machine.start("run", DISPLAY=":0")
    installs = [call for call in machine.calls() if call.startswith("apt-get install")]
    assert [_packages(call) for call in installs] == [WINDOW_PACKAGES]


def test_python_without_ensurepip_gets_its_venv_package(machine: Machine) -> None:
    machine.switch("ensurepip", on=False)
    assert machine.start("run").returncode == 0
    install = next(call for call in machine.calls() if call.startswith("apt-get install"))
    assert _packages(install) == [f"python3.{sys.version_info.minor}-venv"]


def test_without_rights_the_line_to_run_is_printed(machine: Machine) -> None:
    machine.user(1000)
    machine.switch("ensurepip", on=False)
    machine.libraries()
    ended = machine.start("run")
    assert ended.returncode == 1
    assert ended.stdout == ""
    line = ended.stderr.splitlines()[-1]
    assert line.startswith("  apt-get update && apt-get install -y --no-install-recommends python3.")
    assert _packages(line)[1:] == list(LIBRARIES.values())
    assert machine.calls() == []
    assert not machine.venv.exists()


def test_a_sudo_that_asks_for_a_password_is_left_to_the_user(machine: Machine) -> None:
    machine.user(1000)
    machine.libraries()
    machine.stand_in("sudo", "exit 1")
    ended = machine.start("check")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("  sudo apt-get update && sudo apt-get install -y ")
    assert machine.calls() == []


def test_a_sudo_without_password_installs(machine: Machine) -> None:
    machine.user(1000)
    machine.libraries()
    machine.stand_in("sudo", '[ "$1" = -n ] && shift && exec "$@"')
    assert machine.start("run").returncode == 0
    install = next(call for call in machine.calls() if call.startswith("apt-get install"))
    assert _packages(install) == list(LIBRARIES.values())


def test_a_system_without_apt_is_told_what_is_missing(machine: Machine) -> None:
    machine.libraries(*(name for name in LIBRARIES if name != "libGL.so.1"))
    (machine.bin / "apt-get").unlink()
    ended = machine.start("run")
    assert ended.returncode == 1
    assert "libgl1" in ended.stderr


def test_an_old_python_is_refused_in_one_line(machine: Machine) -> None:
    machine.stand_in("python3", "exit 1")
    ended = machine.start("run")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Python 3.11 or newer is needed")
    assert ended.stderr.count("\n") == 1


def test_an_interrupted_environment_is_made_anew(machine: Machine) -> None:
    machine.switch("pip-fails")
    failed = machine.start("run")
    assert failed.returncode == 1
    assert "no route to the packages" in failed.stderr
    assert (machine.venv / "installed").exists()
    (machine.venv / "left-over").touch()
    machine.switch("pip-fails", on=False)
    machine.calls()
    assert machine.start("run").returncode == 0
    assert machine.calls()[0] == "venv"
    assert not (machine.venv / "left-over").exists()


def test_a_failed_update_is_not_taken_for_a_finished_one(machine: Machine) -> None:
    machine.start("run")
    machine.switch("pip-fails")
    assert machine.start("check").returncode == 1
    machine.switch("pip-fails", on=False)
    machine.calls()
    assert machine.start("run").returncode == 0
    assert machine.calls()[0] == "venv"


def test_changed_requirements_are_installed(machine: Machine) -> None:
    machine.start("run")
    machine.calls()
    with (machine.checkout / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert machine.start("run").returncode == 0
    assert f"pip {machine.checkout}" in machine.calls()


def test_the_tests_add_to_the_environment_of_the_planner(machine: Machine) -> None:
    machine.start("run")
    machine.calls()
    assert machine.start("check").returncode == 0
    assert machine.calls()[0] == f"pip {machine.checkout}[test]"
    machine.start("run")
    assert not [call for call in machine.calls() if call.startswith(("venv", "pip"))]


def test_two_first_starts_make_one_environment(machine: Machine) -> None:
    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [machine.bin / "bash", machine.checkout / "run"],
            env=machine.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    with (machine.folder / "hold").open("w") as hold:
        fcntl.flock(hold, fcntl.LOCK_EX)  # the stand-in for pip waits until it is released
        first = start()
        assert first.stderr is not None
        while "Python packages" not in (line := first.stderr.readline()):
            assert line, "the first start ended before it came to pip"
        second = start()
        assert second.stderr is not None
        said = second.stderr.readline()
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert said.startswith("Waiting for another start")
    assert all(text.startswith("flgui ") for text in outputs)
    assert [call for call in machine.calls() if call.startswith(("venv", "pip"))] == [
        "venv",
        f"pip {machine.checkout}",
    ]


@pytest.mark.parametrize(
    ("arguments", "model", "name"),
    [
        ([], ["alexnet"], "alexnet"),
        (["yolov2", "--theme", "dark"], None, "yolov2"),
        (["--theme", "dark", "nets/my net.onnx"], None, "my net"),
    ],
)
def test_without_a_display_the_window_is_drawn_into_a_file(
    machine: Machine, arguments: list[str], model: list[str] | None, name: str
) -> None:
    ended = machine.start("run", *arguments)
    shown = " ".join(arguments if model is None else model)
    assert ended.stdout == f"flgui {shown} --snapshot out/{name}.png --plan out/{name}.plan.json\n"
    assert (machine.checkout / "out").is_dir()


@pytest.mark.parametrize("arguments", [["--help"], ["vgg16", "--snapshot", "here.png"]])
def test_help_and_chosen_pictures_are_left_alone(machine: Machine, arguments: list[str]) -> None:
    assert machine.start("run", *arguments).stdout == f"flgui {' '.join(arguments)}\n"


def test_the_checks_end_with_the_line_of_pytest(machine: Machine) -> None:
    ended = machine.start("check", "-k", "gantt")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1] == "pytest -k gantt"
    assert ended.stderr.splitlines()[-1] == "== tests"
    tools = [
        call.split()[0] for call in machine.calls() if call.split()[0] in ("ruff", "mypy", "lint-imports")
    ]
    assert tools == ["ruff", "ruff", "mypy", "lint-imports"]


@pytest.mark.parametrize(
    ("tool", "said"), [("mypy", "types"), ("pytest", "window tests, core tests"), ("ruff", "lint, format")]
)
def test_a_failed_check_lets_the_others_run_and_fails_the_command(
    machine: Machine, tool: str, said: str
) -> None:
    machine.switch(f"{tool}-fails")
    ended = machine.start("check")
    assert ended.returncode == 1
    assert ended.stdout.splitlines()[-2:] == ["pytest tests --ignore tests/core", "core tests"]
    assert ended.stderr.splitlines()[-1] == f"Failed: {said}"
