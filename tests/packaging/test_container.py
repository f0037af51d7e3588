"""The container's files say what has to be so: nobody's root, locked by hash, ended in time.

No engine builds them here. What they run is run where it can be: the health check on a server.
"""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.cli.processes import place_with_model, running

from aizuchi.cli import COMMANDS
from aizuchi.hosts.process import SPARE_S
from aizuchi.settings import all_fields
from aizuchi.settings.sections import ServerSettings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
UV = Path(sys.executable).with_name("uv")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
KILLED_AFTER_S = 10  # by `docker stop`, unless it is told otherwise


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what follows it on one line."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    pairs = (line.partition(" ") for line in joined.splitlines() if line)
    return [(name, rest.strip()) for name, _, rest in pairs]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def only(stage: list[tuple[str, str]], wanted: str) -> str:
    """What follows an instruction that stands there once."""
    [found] = [rest for name, rest in stage if name == wanted]
    return found


def health_command() -> list[str]:
    given = only(stages()[-1], "HEALTHCHECK")
    command: list[str] = json.loads(given[given.index("[") :])
    return command


def test_it_is_built_in_one_stage_and_run_in_another() -> None:
    build, run = stages()
    assert only(run, "COPY").startswith("--from=build ")
    assert not any("pip install" in rest for name, rest in run)
    for stage in (build, run):
        image = stage[0][1].split()[0]
        assert re.fullmatch(r"python:3\.\d+-slim-\w+", image), "no newest one, and no other host"


def test_all_that_is_copied_is_there_and_not_ignored() -> None:
    sources = [
        source
        for name, rest in stages()[0]
        for source in (shlex.split(rest)[:-1] if name == "COPY" else ())
    ]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in IGNORED, source
    assert next(line for line in IGNORED if not line.startswith("#")) == "*"


def test_what_is_installed_is_locked_by_hash_and_the_page_is_in_it() -> None:
    run = " && ".join(rest for name, rest in stages()[0] if name == "RUN")
    installs = re.findall(r"pip install ([^&]+)", run)
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--no-deps --no-index dist/" in installs[1]
    assert run.index("scripts/web.py") < run.index("uv build")


def test_every_command_that_it_runs_is_there() -> None:
    run = " && ".join(rest for name, rest in stages()[0] if name == "RUN")
    named = re.findall(r"(?:^|\s)((?:scripts|requirements)/[\w./-]+)", run)
    assert {"scripts/setup", "scripts/web.py", "requirements/runtime.txt"} == set(named)
    assert os.access(ROOT / "scripts/setup", os.X_OK)
    build = re.search(r"uv build ([^&]+)", run)
    assert build
    offered = subprocess.run([UV, "build", "--help"], capture_output=True, text=True).stdout
    assert [each for each in re.findall(r"--[\w-]+", build[1]) if each not in offered] == []
    program, command = (json.loads(only(stages()[-1], name)) for name in ("ENTRYPOINT", "CMD"))
    assert program[0] in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert command[0] in COMMANDS


def test_it_runs_as_nobody_special_and_keeps_its_state_in_a_volume() -> None:
    run = stages()[-1]
    names = [name for name, _ in run]
    user, volume = only(run, "USER"), only(run, "VOLUME")
    assert int(user.partition(":")[0]) >= 1_000
    assert names.index("USER") > names.index("RUN")
    assert f"AIZUCHI_HOME={volume}" in only(run, "ENV")
    assert "AIZUCHI__SERVER__HOST=0.0.0.0" in only(run, "ENV")


def test_a_stop_is_over_before_it_is_killed() -> None:
    assert only(stages()[-1], "STOPSIGNAL") == "SIGTERM"
    assert ServerSettings().drain_s + SPARE_S < KILLED_AFTER_S
    grace = re.search(r"stop_grace_period: (\d+)s", COMPOSE)
    assert grace
    assert int(grace[1]) >= KILLED_AFTER_S


def test_it_is_run_with_as_few_rights_as_it_needs() -> None:
    for line in ("read_only: true", "- ALL", "- no-new-privileges:true", '"127.0.0.1:8765:8765"'):
        assert line in COMPOSE, line
    assert "AIZUCHI_WEB_TOKEN: ${AIZUCHI_WEB_TOKEN:?" in COMPOSE


def test_every_variable_that_it_passes_on_is_one_of_a_setting() -> None:
    passed = re.findall(r"^ +([A-Z_]+): \$\{(\w+)", COMPOSE, re.MULTILINE)
    known = {
        field.meaning.variable for section in all_fields().values() for field in section.values()
    }
    assert passed
    for name, taken in passed:
        assert name == taken
        assert name in known


@pytest.mark.real_time
async def test_the_health_check_tells_a_server_from_none(tmp_path: Path) -> None:
    program, *arguments = health_command()
    assert program == "python"

    async def health(port: int) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            env={"AIZUCHI_PORT": str(port)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await process.wait()

    async with place_with_model(tmp_path) as (place, _):
        assert await health(place.port) != 0
        async with running(place, "serve") as server:
            await server.until("State")
            assert await health(place.port) == 0
