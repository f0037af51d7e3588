"""The small parts of `aizuchi dev`: it notices changes, and what it shows stays readable."""

import asyncio
import io
import os
from pathlib import Path

import pytest

from aizuchi.cli.dev.notices import Notices, bar
from aizuchi.cli.dev.watching import LOOK_EVERY_S, Watch
from aizuchi.events import HttpRequest
from aizuchi.hosts.dev_kill import answer_to


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_that_is_written_made_or_taken_away_is_noticed(tmp_path: Path) -> None:
    settings, bot = tmp_path / "aizuchi.toml", tmp_path / "bot.py"
    watch = Watch([settings, bot])
    assert watch.changed() == []
    settings.write_text("a = 1")
    assert watch.changed() == [settings]
    settings.write_text("a = 22")
    bot.touch()
    assert watch.changed() == [settings, bot]
    settings.unlink()
    assert watch.changed() == [settings]
    assert watch.changed() == []


def test_a_file_that_is_replaced_in_the_same_moment_is_noticed(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("1")
    watch = Watch([file])
    other.write_text("2")
    stamp = file.stat()
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    other.replace(file)
    assert watch.changed() == [file]


async def test_the_next_change_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a"
    change = asyncio.create_task(Watch([file]).next_change())
    await asyncio.sleep(10)
    assert not change.done()
    file.touch()
    await asyncio.sleep(LOOK_EVERY_S)
    assert await change == [file]


def test_lines_push_what_goes_on_now_down() -> None:
    out = Terminal()
    notices = Notices(out, {})
    notices.now("fetching")
    notices.say("a line")
    notices.now("")
    assert out.getvalue().replace("\x1b[2m", "").replace("\x1b[0m", "") == (
        "\r\x1b[2Kfetching\r\x1b[2Ka line\nfetching\r\x1b[2K"
    )


@pytest.mark.parametrize("out", [io.StringIO(), Terminal()])
def test_where_nothing_moves_only_lines_are_written(out: io.StringIO) -> None:
    notices = Notices(out, {"TERM": "dumb"})
    notices.now("fetching")
    notices.title("aizuchi")
    notices.quote("a line")
    assert out.getvalue() == "aizuchi\na line\n"


def test_no_colour_is_honoured() -> None:
    out = Terminal()
    Notices(out, {"NO_COLOR": "1"}).title("aizuchi")
    assert out.getvalue() == "aizuchi\n"


@pytest.mark.parametrize(("share", "text"), [(0, "  0%"), (0.5, " 50%"), (1, "100%"), (7, "700%")])
def test_a_bar_is_as_long_as_what_is_done(share: float, text: str) -> None:
    assert bar(share).endswith(text)
    assert bar(share).count("━") == round(min(share, 1) * 24)


@pytest.mark.parametrize(
    ("method", "host", "origin", "status"),
    [
        ("POST", b"127.0.0.1:8765", None, 202),
        ("POST", b"[::1]:8765", None, 202),
        ("POST", b"localhost", b"http://localhost", 202),
        ("GET", b"127.0.0.1:8765", None, 405),
        ("POST", b"127.0.0.1:8765", b"https://evil.example", 403),
        ("POST", b"evil.example:8765", None, 403),
        ("POST", b"127.0.0.1:8765", b"http://127.0.0.1:9999", 403),
        ("POST", None, None, 403),
    ],
)
def test_only_this_machine_presses_the_kill_button(
    method: str, host: bytes | None, origin: bytes | None, status: int
) -> None:
    headers = [(b"host", host), (b"origin", origin)]
    present = tuple((name, value) for name, value in headers if value is not None)
    assert answer_to(HttpRequest(method, "/dev/kill", "", present, b"")).status == status
