"""A package is the same whenever it is made, holds what it needs, and runs from itself alone."""

import importlib.util
import json
import marshal
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from types import CodeType
from typing import Any
from zipfile import ZipFile

import pytest
from tests.aws.cloud import Cloud
from tests.aws.conftest import account, cloud  # noqa: F401 - fixtures
from tests.aws.gateways import http_api
from tests.discord import payloads as discord
from tests.slack import payloads as slack

from aizuchi.deploy import wheels
from aizuchi.deploy.contents import SOURCE, reachable, whole
from aizuchi.deploy.packages import INGRESS, LOCKS, build_ingress, build_layer, build_worker
from aizuchi.deploy.target import HERE, Target
from aizuchi.errors import DeployError
from aizuchi.events import HttpRequest
from aizuchi.settings import load
from aizuchi.surfaces.slack.address import STOP_ACTION

MOST_BYTES = 5_000_000
UNCHECKED_HASH = 1
SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from aizuchi.hosts.aws_lambda.ingress import handler
answers = [handler(event, None)["statusCode"] for event in json.load(sys.stdin)]
print(json.dumps({"answers": answers, "files": [
    module.__file__ for module in [*sys.modules.values()] if getattr(module, "__file__", None)]}))
"""


def installed(target: Target, lock: Path, folder: Path) -> None:
    """The packages of a lock for this machine, from this environment and no network."""
    names = re.findall(r"^([\w-]+)==", lock.read_text("utf-8"), re.MULTILINE)
    for name in {*names} & {"cffi", "pynacl"}:
        with ZipFile(folder / f"{name}.whl", "w") as wheel:
            for file in distribution(name).files or ():
                if ".." not in file.parts and file.suffix != ".pyc":
                    wheel.write(str(file.locate()), str(file))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    (folder / "aizuchi.toml").write_text(
        "[slack]\nfollow_threads = true\n[limits]\nwait_within_s = 100\n", "utf-8"
    )
    path = folder / "ingress.zip"
    build_ingress(load(folder / "aizuchi.toml", {}), path, fetch=installed)
    return path


@pytest.fixture
def task(package: Path, tmp_path: Path) -> Path:
    """Where Lambda has unpacked it."""
    with ZipFile(package) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def requests() -> Iterator[HttpRequest]:
    """One of each kind that asks for code of its own."""
    now, direct = time.time(), slack.direct()
    ids = {name: {"id": f"{name[0].upper()}1", "ts": slack.TS} for name in ("team", "user")}
    click = {**ids, "channel": {"id": "C1"}, "message": {"ts": slack.TS}}
    reply = slack.said("And tomorrow?", thread_ts=slack.THREAD, ts="1515449999.000001")
    for event in (slack.mention(), direct, reply):
        yield slack.signed(slack.as_json(slack.envelope(event)), now)
    yield slack.signed(slack.as_form(slack.command()), now)
    carried = json.dumps({"turn": "t", "digest": "d", "asker": "U1", "kind": "mention"})
    for action in ({"action_id": STOP_ACTION}, {"action_id": "aizuchi_yes", "value": carried}):
        payload = json.dumps({**click, "actions": [action]})
        yield slack.signed(slack.as_form({"payload": payload}), now)
    stop = f"aizuchi/stop/{discord.ANN}/shared/interaction:1"
    for asked in (discord.command(), discord.click(stop)):
        yield discord.signed(discord.as_json(asked), now)


def test_the_package_alone_takes_whatever_platforms_send(task: Path, cloud: Cloud) -> None:  # noqa: F811 - a fixture
    secrets = {"SLACK_SIGNING_SECRET": slack.SECRET, "DISCORD_PUBLIC_KEY": discord.PUBLIC_KEY}
    events = [http_api(request, time.time()) for request in requests()]

    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SCRIPT, str(task)],
        input=json.dumps(events),
        env={**cloud.environ, **secrets, "LAMBDA_TASK_ROOT": str(task)},
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    *_, last = ran.stdout.splitlines()  # before it stands what a function writes into its log
    told = json.loads(last)
    assert told["answers"] == [200] * len(events)
    standard = os.path.realpath(sys.base_prefix)
    elsewhere = [file for file in told["files"] if not file.startswith(str(task))]
    assert all(os.path.realpath(file).startswith(standard) for file in elsewhere)
    assert len(cloud.queued()) == 6
    assert {round(one.visible_at - one.sent_at) for one in cloud.beside.messages} == {0, 110}


def test_it_is_the_same_whenever_it_is_made(package: Path, tmp_path: Path) -> None:
    settings = load(package.with_name("aizuchi.toml"), {})

    build_ingress(settings, tmp_path / "again.zip", fetch=installed)

    assert (tmp_path / "again.zip").read_bytes() == package.read_bytes()


def test_it_is_small_and_has_no_more_of_us_than_it_reaches(package: Path) -> None:
    with ZipFile(package) as archive:
        names = archive.namelist()
    ours = {name.removeprefix("aizuchi/") for name in names if name.startswith("aizuchi/")}

    assert package.stat().st_size <= MOST_BYTES
    assert "hosts/aws_lambda/roots.pem" in ours
    assert not {name.partition("/")[0] for name in ours} & {"app.py", "cli", "models", "simulator"}
    assert not [name for name in names if "test" in name.partition("/")[0]]


def test_every_module_comes_with_bytecode_that_nobody_compares(task: Path) -> None:
    modules = [*task.rglob("*.py")]
    assert modules
    for module in modules:
        compiled = Path(importlib.util.cache_from_source(str(module))).read_bytes()
        assert compiled[:4] == importlib.util.MAGIC_NUMBER
        assert int.from_bytes(compiled[4:8], "little") == UNCHECKED_HASH
        code = marshal.loads(compiled[16:])
        assert isinstance(code, CodeType)
        assert code.co_filename == f"/var/task/{module.relative_to(task).as_posix()}"


def test_what_is_inside_tells_nothing_of_who_made_it(package: Path) -> None:
    with ZipFile(package) as archive:
        entries = archive.infolist()
        ours = [name for name in archive.namelist() if name.startswith("aizuchi/")]
        content = b"".join(archive.read(name) for name in ours)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert str(SOURCE).encode() not in content


def test_a_worker_has_all_that_answers_and_its_operators_files(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("# a bot", "utf-8")

    build_worker([tmp_path / "bot.py"], tmp_path / "worker.zip", fetch=installed)

    with ZipFile(tmp_path / "worker.zip") as archive:
        names = {*archive.namelist()}
    ours = {f"aizuchi/{path.relative_to(SOURCE).as_posix()}" for path in whole()}
    assert ours | {"bot.py", "nacl/__init__.py"} <= names
    assert {"aizuchi/app.py", "aizuchi/engines/sqlite/queries.sql"} <= names
    assert "aizuchi/surfaces/web/static/chat.html" in names
    assert not [name for name in names if "/simulator/" in name]


def test_the_layer_holds_a_program_that_starts_our_loop(tmp_path: Path) -> None:
    """By whatever interpreter it is given, from wherever the function's package lies."""
    build_layer(tmp_path / "layer.zip")
    build_layer(tmp_path / "again.zip")
    loop = tmp_path / "task/aizuchi/hosts/aws_lambda/runtime.py"
    loop.parent.mkdir(parents=True)
    loop.write_text("import sys; print(sys.executable)", "utf-8")
    for parent in list(loop.parents)[:3]:
        (parent / "__init__.py").touch()

    with ZipFile(tmp_path / "layer.zip") as archive:
        (entry,) = archive.infolist()
        archive.extractall(tmp_path / "opt")
    assert (entry.filename, entry.external_attr >> 16) == ("aizuchi-stream", 0o100755)
    program = tmp_path / "opt" / entry.filename
    program.chmod(0o755)
    ran = subprocess.run(
        [program, sys.executable, "/var/runtime/bootstrap.py"],
        env={"LAMBDA_TASK_ROOT": str(tmp_path / "task")},
        capture_output=True,
        text=True,
    )

    assert (ran.stdout.strip(), ran.stderr) == (sys.executable, "")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "layer.zip").read_bytes()


# ── what it is made of ────────────────────────────────────────────────────────


def test_what_only_a_type_checker_reads_is_not_reached() -> None:
    found = {path.relative_to(SOURCE).as_posix() for path in reachable(INGRESS)}

    assert {"surfaces/slack/consenting.py", "access.py", "hosts/__init__.py"} <= found
    assert not {"bot.py", "app.py"} & found


@pytest.mark.parametrize("arch", ["arm64", "x86_64"])
def test_the_packages_of_others_are_had_for_lambdas_processors(arch: Any, tmp_path: Path) -> None:
    try:
        wheels.fetch(Target(arch), LOCKS / "ingress.txt", tmp_path)
    except DeployError as error:
        pytest.skip(f"no package index could be asked: {error}")
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[arch]
    found = [wheel.name for wheel in tmp_path.iterdir()]
    assert len(found) == 2
    assert all(machine in name for name in found)


def test_packages_that_cannot_be_had_are_told_with_a_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    with pytest.raises(DeployError, match=r"for arm64, Python .* cannot be had: the package index"):
        wheels.fetch(Target("arm64"), LOCKS / "ingress.txt", tmp_path)


def test_without_a_python_of_its_version_nothing_is_compiled() -> None:
    assert Target(python=HERE).interpreter == sys.executable
    with pytest.raises(DeployError, match=r"no Python 2\.0 here"):
        _ = Target(python="2.0").interpreter
