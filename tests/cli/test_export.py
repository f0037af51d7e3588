"""`aizuchi export` hands out all of one person, beside whoever holds the store."""

import json
from pathlib import Path

import pytest
from tests.engines.homes import answered, opener

from aizuchi.cli import main
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import exchange, message, running


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


async def talk(home: Path) -> None:
    async with running(opener(home)) as engine:
        await answered(engine, "1", "talk", text="はい。")
        await exchange(engine, message("2", "other", sender="bob"), "CANARY")


def test_it_prints_all_of_a_person(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    virtual_time.run(talk(home))
    assert main(["export", "--person", "test:home:ann"]) == 0
    printed = capsys.readouterr().out
    (only,) = json.loads(printed)["messages"]
    assert (only["conversation"], only["question"], only["answer"]) == (
        "talk",
        "question 1",
        "はい。",
    )
    assert "CANARY" not in printed


def test_it_reads_beside_the_process_that_holds_the_store(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def meanwhile() -> None:
        async with running(opener(home)) as engine:
            await answered(engine, "1", "talk", text="yes")
            assert main(["export", "--person", "test:home:ann"]) == 0

    virtual_time.run(meanwhile())
    assert len(json.loads(capsys.readouterr().out)["messages"]) == 1


def test_without_a_person_it_lists_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    virtual_time.run(talk(home))
    assert main(["export"]) == 0
    assert capsys.readouterr().out.split() == ["test:home:ann", "test:home:bob"]


def test_somebody_unknown_is_told_with_the_nearest_name(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    virtual_time.run(talk(home))
    assert main(["export", "--person", "test:home:anne"]) == 1
    assert 'Did you mean "test:home:ann"?' in capsys.readouterr().err


def test_where_there_is_no_store_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export"]) == 1
    assert "There is no store" in capsys.readouterr().err
