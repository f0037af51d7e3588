"""Sets up .venv: uv, the hash-locked packages and aizuchi itself. Quick and quiet when it is done.

`setup.py` installs what running takes, `setup.py dev` the tools too. It needs nothing but Python:
no pip, no uv, no ensurepip. What it says goes to stderr, so a command's own output stays clean.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import package_index

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
# Stamps in .venv: what it was made of, what is installed, and an installation that was cut off.
MADE_OF, INSTALLED, UNFINISHED = VENV / "made-of", VENV / "installed", VENV / "unfinished"
HEARTBEAT_S = 5.0


def main(level: str) -> int:
    """Bring .venv to `level`, runtime or dev; the exit code."""
    try:
        if not is_ready(level):
            require_python()
            with only_one_setup():
                set_up(level)
    except package_index.SetupFailed as failure:
        return report(f"{failure}. Then run this again.")
    except OSError as error:
        what = f"{error.strerror} ({error.filename})" if error.filename else str(error)
        return report(f"Cannot set up in {ROOT}: {what}. Mend that, then run this again.")
    except KeyboardInterrupt:
        report("Setting up was stopped. Run it again to go on.")
        return 130
    return 0


def report(failure: str) -> int:
    print(f"aizuchi: {failure}", file=sys.stderr)
    return 1


# ── what there is to do ───────────────────────────────────────────────────────


def is_ready(level: str) -> bool:
    enough = {stamp_of_packages(level), stamp_of_packages("dev")}
    return environment_is_whole() and read(INSTALLED) in enough


def environment_is_whole() -> bool:
    made = os.access(PYTHON, os.X_OK) and read(MADE_OF) == stamp_of_environment()
    return made and not UNFINISHED.exists()


def set_up(level: str) -> None:
    if is_ready(level):
        return  # another setup did it while we waited
    steps: list[tuple[str, Callable[[], None]]] = []
    if read(INSTALLED).startswith("dev "):
        level = "dev"
    if not environment_is_whole():
        steps.append(("a Python environment and its installer (20 MB)", make_environment))
    steps.append((f"the packages locked in {level}.txt", lambda: install_packages(level)))
    steps.append(("aizuchi itself", install_project))
    for number, (what, step) in enumerate(steps, 1):
        print(f"Setting up ({number}/{len(steps)}): {what} …", file=sys.stderr, flush=True)
        step()
    INSTALLED.write_text(stamp_of_packages(level))
    UNFINISHED.unlink()


def stamp_of_environment() -> str:
    """Changes when the clone moves, Python changes, or another uv is locked."""
    version = "{}.{}".format(*sys.version_info)
    return f"{version} {digest(REQUIREMENTS / 'bootstrap.txt')} {ROOT}"


def stamp_of_packages(level: str) -> str:
    return f"{level} {digest(REQUIREMENTS / f'{level}.txt', ROOT / 'pyproject.toml')}"


def digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


def require_python() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036, the person's Python may be older than ours
        version = "{}.{}.{}".format(*sys.version_info)
        raise package_index.SetupFailed(
            f"Python 3.11 or newer is needed; {sys.executable} is {version}. "
            "Install one, or name yours, as in PYTHON=python3.12"
        )


@contextlib.contextmanager
def only_one_setup() -> Iterator[None]:
    """Two commands started at once do not install into each other's way."""
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is setting up; waiting for it …", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ── the steps ─────────────────────────────────────────────────────────────────


def make_environment() -> None:
    """`--without-pip` works everywhere, also where Debian's python3-venv is missing."""
    from find_pip import find_pip  # here, as urllib would cost every start 60 ms

    MADE_OF.unlink(missing_ok=True)
    run([base_python(), "-m", "venv", "--clear", "--without-pip", str(VENV)])
    UNFINISHED.touch()
    locked = ["--no-deps", "--require-hashes", "-r", str(REQUIREMENTS / "bootstrap.txt")]
    quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    pip = find_pip(base_python(), str(PYTHON), VENV / "pip")
    run([*pip, "install", *quiet, *locked])
    MADE_OF.write_text(stamp_of_environment())


def install_packages(level: str) -> None:
    """Adds and changes, never removes: a plug you installed yourself stays."""
    UNFINISHED.touch()
    run(uv_install("--require-hashes", "-r", str(REQUIREMENTS / f"{level}.txt")))


def install_project() -> None:
    """Editable: what you change in src/ is what runs. The lock brought the build backend."""
    run(uv_install("--offline", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)))


def uv_install(*arguments: str) -> list[str]:
    return [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(PYTHON), *arguments]


def base_python() -> str:
    """The interpreter under this one: .venv must not be made out of itself."""
    return sys.executable if sys.prefix == sys.base_prefix else os.path.realpath(sys.executable)


# ── running the installers ────────────────────────────────────────────────────


def run(command: list[str]) -> None:
    """Run an installer with a sign of life; its own words go to a log, ours to the person."""
    environment = package_index.environment_for_installers()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=-1, stderr=subprocess.STDOUT
    ) as process:
        output = wait_for(process)
    if process.returncode != 0:
        if process.returncode > 0 and "No space" not in output:
            UNFINISHED.unlink(missing_ok=True)  # it gave up before it changed anything
        log = VENV / "setup.log"
        log.write_text(package_index.without_credentials(output))
        why = package_index.explain(output)
        raise package_index.SetupFailed(f"{why} (all that was said: {log})")


def wait_for(process: subprocess.Popen[str]) -> str:
    waited_s = 0.0
    while True:
        try:
            return process.communicate(timeout=HEARTBEAT_S)[0]
        except subprocess.TimeoutExpired:
            waited_s += HEARTBEAT_S
            print(f"  … still at it, {waited_s:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main("dev" if "dev" in sys.argv[1:] else "runtime"))
