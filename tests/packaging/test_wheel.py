"""The wheel holds what the tree holds, the built web page included, and nothing else."""

import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

import pytest
from benchmarks.harness import first_load
from tests.browser.requirements import need_page

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "aizuchi"
APP = SOURCE / "surfaces" / "web" / "static" / "app"
FIRST_LOAD_KB = 130


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, made from the source distribution as an installer would."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable.replace("python", "uv"), "build", "--quiet", "--offline"]
    options = ["--no-build-isolation", "--python", sys.executable, "--out-dir", str(folder)]
    subprocess.run([*build, *options], cwd=ROOT, check=True)
    return folder


def files(names: Iterable[str], under: str) -> set[str]:
    return {
        name.removeprefix(under) for name in names if name.startswith(under) and name[-1] != "/"
    }


def tree() -> set[str]:
    found = (path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file())
    return {str(path) for path in found if "__pycache__" not in path.parts}


def test_the_wheel_holds_what_the_tree_does(built: Path) -> None:
    with ZipFile(next(built.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        assert files(names, "aizuchi/") == tree()
        for name in sorted(tree()):
            assert wheel.read(f"aizuchi/{name}") == (SOURCE / name).read_bytes(), name
    assert {name.partition("/")[0].rpartition(".")[2] for name in names} == {"aizuchi", "dist-info"}
    assert not [name for name in names if name.endswith(".pth")]


def test_the_source_distribution_needs_no_node(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = [member.name for member in archive if member.isfile()]
    inside = next(name for name in names).partition("/")[0]
    assert files(names, f"{inside}/src/aizuchi/") == tree()


def test_the_wheel_holds_the_built_page(built: Path) -> None:
    need_page()
    with ZipFile(next(built.glob("*.whl"))) as wheel:
        held = files(wheel.namelist(), "aizuchi/surfaces/web/static/app/")
    assert "index.html" in held
    assert [name for name in held if name.endswith(".js")]
    assert not [name for name in held if name.endswith(".map")]


def test_the_first_load_is_small() -> None:
    need_page()
    scripts = first_load.scripts(APP)
    assert scripts
    assert first_load.gzipped_kb(scripts) <= FIRST_LOAD_KB
