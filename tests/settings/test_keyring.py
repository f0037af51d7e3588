"""Secrets are read again when a signature fails: seldom, in the background, never for nothing."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from aizuchi.errors import SettingsError
from aizuchi.settings import keyring
from aizuchi.settings.keyring import AGAIN_AFTER_S, PATIENCE_S, Keyring, Reading
from aizuchi.settings.secrets import Secret, Whence, read_secret


class Reader:
    """Reads at once, in no thread, or in as much time as it is told."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.readings, self._takes_s = 0, takes_s

    async def __call__(self, reading: Reading) -> Sequence[Secret]:
        self.readings += 1
        await asyncio.sleep(self._takes_s)
        return reading()


def in_file(folder: Path, text: str) -> Secret:
    (folder / "secret").write_text(text)
    return read_secret("file:secret", Whence({}, folder))


async def test_a_secret_that_was_changed_in_its_file_is_read(tmp_path: Path) -> None:
    keys = Keyring([in_file(tmp_path, "old"), Secret("fixed")], Reader())
    in_file(tmp_path, "new")
    await asyncio.sleep(AGAIN_AFTER_S)
    assert await keys.renew()
    assert list(keys) == ["new", "fixed"]


async def test_one_that_was_changed_in_the_environment_is_read() -> None:
    environment = {"SECRET": "old"}
    keys = Keyring([read_secret("env:SECRET", Whence(environment, Path()))], Reader())
    environment["SECRET"] = "new"
    await asyncio.sleep(AGAIN_AFTER_S)
    assert await keys.renew()
    assert list(keys) == ["new"]


async def test_a_flood_of_bad_signatures_reads_once_a_minute(tmp_path: Path) -> None:
    reader = Reader()
    keys = Keyring([in_file(tmp_path, "old")], reader)
    for _ in range(1_000):
        assert not await keys.renew()
        await asyncio.sleep(0.3)
    assert reader.readings == 300 // AGAIN_AFTER_S - 1


async def test_what_stands_nowhere_else_is_not_read_again() -> None:
    reader = Reader()
    keys = Keyring([Secret("given", "env:SLACK_SIGNING_SECRET"), Secret()], reader)
    await asyncio.sleep(10 * AGAIN_AFTER_S)
    assert not await keys.renew()
    assert reader.readings == 0


async def test_all_who_fail_meanwhile_share_one_reading(tmp_path: Path) -> None:
    reader = Reader(takes_s=0.5)
    keys = Keyring([in_file(tmp_path, "old")], reader)
    in_file(tmp_path, "new")
    await asyncio.sleep(AGAIN_AFTER_S)
    assert all(await asyncio.gather(*(keys.renew() for _ in range(100))))
    assert reader.readings == 1


async def test_nobody_waits_long_for_a_file_that_does_not_answer(tmp_path: Path) -> None:
    reader = Reader(takes_s=1_000.0)
    keys = Keyring([in_file(tmp_path, "old")], reader)
    await asyncio.sleep(AGAIN_AFTER_S)
    began = asyncio.get_running_loop().time()
    assert not await keys.renew()
    await asyncio.sleep(10 * AGAIN_AFTER_S)
    assert not await keys.renew()
    assert asyncio.get_running_loop().time() - began <= 2 * PATIENCE_S + 10 * AGAIN_AFTER_S
    assert reader.readings == 1, "one that hangs is not joined by another"
    assert list(keys) == ["old"]


async def test_a_file_that_is_gone_leaves_the_secret_and_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = Keyring([in_file(tmp_path, "old")], Reader())
    (tmp_path / "secret").unlink()
    await asyncio.sleep(AGAIN_AFTER_S)
    assert not await keys.renew()
    assert list(keys) == ["old"]
    assert '"file:secret" cannot be read: No such file' in caplog.text
    assert "old" not in caplog.text


@pytest.mark.real_time
async def test_others_go_on_while_a_file_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "AGAIN_AFTER_S", 0.0)
    others_went_on = threading.Event()

    def slow() -> Secret:
        if not others_went_on.wait(10):
            raise SettingsError("nobody else could do anything", "Read in a thread.")
        return Secret("new", "file:slow", slow)

    keys = Keyring([Secret("old", "file:slow", slow)])
    renewing = asyncio.create_task(keys.renew())
    await asyncio.sleep(0)
    others_went_on.set()
    assert await renewing
    assert list(keys) == ["new"]
