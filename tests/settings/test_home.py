"""The home directory is this user's alone; where nothing can be kept, a line says so."""

import os
from pathlib import Path
from stat import S_IMODE

import pytest

from aizuchi.errors import ServerError
from aizuchi.settings.home import prepare, replace, writing
from aizuchi.settings.memo import note_address, noted_address, terminal_chat


def test_the_home_is_made_for_this_user_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    prepare(home)
    prepare(home)
    assert S_IMODE(home.stat().st_mode) == 0o700
    assert (home / ".gitignore").read_text() == "*\n"
    assert [file.name for file in home.iterdir()] == [".gitignore"]


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "home"
    file.touch()
    with pytest.raises(ServerError, match=r"home cannot be written: .*AIZUCHI_HOME=/path"):
        prepare(file)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_without_the_right_to_write_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ServerError, match="Permission denied"):
        prepare(tmp_path / "home")


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "full").symlink_to("/dev/full")

    def write() -> None:
        with writing(tmp_path / "full"), (tmp_path / "full").open("w") as full:
            full.write("x")

    with pytest.raises(ServerError, match="the disk is full"):
        write()


def test_a_file_is_replaced_whole_and_for_this_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    replace(file, "one")
    replace(file, "two")
    assert file.read_text() == "two"
    assert S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_the_terminal_goes_on_in_its_chat_until_a_new_one_is_wanted(tmp_path: Path) -> None:
    first = terminal_chat(tmp_path)
    assert terminal_chat(tmp_path) == first
    second = terminal_chat(tmp_path, new=True)
    assert second != first
    assert terminal_chat(tmp_path) == second


def test_the_address_of_the_server_is_noted(tmp_path: Path) -> None:
    assert noted_address(tmp_path) == ""
    note_address(tmp_path, "http://127.0.0.1:1")
    assert noted_address(tmp_path) == "http://127.0.0.1:1"
