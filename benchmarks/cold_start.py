"""Targets 5 and 6: a cold function, from its start to the acknowledgement of what it has queued.

Each contender is a process of its own that reads an event, verifies it, queues it over TLS, prints
what it answers and ends. The floor is one script, written by hand for just that. What a peer does
not do (queue, use TLS) it is not charged for.
"""

import json
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers
from benchmarks.clients import discord, slack
from benchmarks.harness import command
from benchmarks.harness.home import folder
from benchmarks.harness.process import ROOT, Child, Failed
from benchmarks.harness.report import Report, Row, at_least, at_most, shown, skipped
from benchmarks.harness.rounds import Measure, Rounds, interleaved

COLD = ROOT / "benchmarks" / "cold"
CERTIFICATE = ROOT / "tests" / "models" / "model_test.pem"
REGION, IN_SSM = "eu-west-1", "ssm:/bench/secret"
OURS, FETCHED, OURS_DISCORD = "aizuchi", "aizuchi, secrets fetched", "aizuchi, Discord"
FLOOR, FLOOR_DISCORD = "floor", "floor, Discord"
SYSTEM_0, SYSTEM_2, LAZY = "system 0 (boto3)", "system 2 (Bolt, LangChain)", "Bolt lazy listener"
NODE, RUST, EMPTY, EMPTY_NODE = "@slack/bolt", "Rust, no TLS", "python -c pass", "node -e 0"

MOST_TIMES = {(OURS, FLOOR): 1.5, (FETCHED, FLOOR): 2.0, (OURS_DISCORD, FLOOR_DISCORD): 1.5}
LEAST_TIMES = {(SYSTEM_0, OURS_DISCORD): 5.0, (SYSTEM_2, OURS): 20.0, (NODE, OURS): 7.0}
LIGHT = {"ours": 25, "others": 110, "resident_mb": 24}
MEANING = {
    "ours": ("modules of ours", ""),
    "others": ("modules that are not", ""),
    "resident_mb": ("resident", "MB"),
}


class Contender(NamedTuple):
    """How it is started, with which event, in which folder; how many calls of AWS it makes."""

    command: Sequence[str]
    event: str = "slack"
    environment: Mapping[str, str] = {}
    calls: int = 0
    cwd: Path = ROOT


class Place:
    """Where events are written, and AWS stands in."""

    def __init__(self, home: Path, port: int, plain_port: int) -> None:
        self.home, self.port, self.plain_port = home, port, plain_port
        self._requests = {
            "slack": slack.requests("event", int(time.time())),
            "discord": discord.requests(discord.PATH, int(time.time())),
        }

    def write(self, kind: str) -> Path:
        """A fresh event, and beside it what the native floor reads: it parses no JSON."""
        head, _, body = self._requests[kind]().partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        _, path, _ = first.split(" ")
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "http": {"method": "POST", "path": path},
                "timeEpoch": int(time.time() * 1000),
            },
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        file = self.home / f"{kind}.json"
        file.write_text(json.dumps(event), "utf-8")
        if kind == "slack":
            proof = (headers["x-slack-request-timestamp"], headers["x-slack-signature"])
            (self.home / "proof").write_text("\n".join(proof), "ascii")
            (self.home / "body").write_bytes(body)
        return file

    def environment(self) -> Mapping[str, str]:
        queue = f"https://sqs.{REGION}.amazonaws.com/1/queue"
        return {
            "AWS_ACCESS_KEY_ID": "AKIABENCH",
            "AWS_SECRET_ACCESS_KEY": "a secret",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": f"https://127.0.0.1:{self.port}",
            "AWS_CA_BUNDLE": str(CERTIFICATE),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AIZUCHI__AWS__TURNS": f"{queue}.fifo",
            "AIZUCHI__AWS__SIDE": queue,
        }

    def seen(self) -> int:
        """How many calls were made so far, over TLS or not."""
        trust = ssl.create_default_context(cafile=str(CERTIFICATE))
        both = (f"https://127.0.0.1:{self.port}/seen", f"http://127.0.0.1:{self.plain_port}/seen")
        counted = 0
        for address in both:
            with urllib.request.urlopen(address, timeout=5, context=trust) as reply:
                counted += sum(json.load(reply).values())
        return counted


SLACK_SECRET = {"SLACK_SIGNING_SECRET": slack.SECRET}
TRUST = {"NODE_EXTRA_CA_CERTS": str(CERTIFICATE)}
DISCORD_KEY = {"DISCORD_PUBLIC_KEY": discord.PUBLIC_KEY}


def run(quick: bool) -> Report:
    rounds = 2 if quick else 15
    missing: dict[str, str] = {}
    with folder() as home, _aws(home) as place:
        contenders = {**_of_ours(), **_of_others(place, missing)}
        measures: dict[str, Measure] = {
            name: partial(_measure, place, name, contender)
            for name, contender in contenders.items()
        }
        found = interleaved(measures, rounds, warm=True)
        light = {name: _tell(place, contenders[name]) for name in (OURS, OURS_DISCORD)}
    used = [name for name in ("lambda_python", "slack_node") if name not in missing]
    return Report(
        "cold_start",
        [*_of_cpu(found, missing), *_of_weight(light)],
        peers={key: value for name in used for key, value in peers.versions(name).items()},
        notes=[
            f"medians of {rounds} interleaved rounds after one to warm up, so with .pyc; aizuchi "
            "queues the message and its guardian, the floor and @slack/bolt the message, system 0 "
            "and the lazy listener invoke a function, system 2 stores nothing"
        ],
        rounds={"cold": found.measured},
    )


@contextmanager
def _aws(home: Path) -> Iterator[Place]:
    """AWS over TLS, and once more without."""
    program = [sys.executable, "-m", "benchmarks.servers.aws", slack.SECRET]
    secure = Child("AWS", [*program, str(CERTIFICATE)], log=home / "tls.log", core=1)
    plain = Child("AWS without TLS", program, log=home / "plain.log", core=1)
    with secure, plain:
        yield Place(home, secure.port, plain.port)


# ── who is measured ───────────────────────────────────────────────────────────


def _of_ours() -> dict[str, Contender]:
    ours, floor = _script(sys.executable, "ours.py"), _script(sys.executable, "floor.py")
    return {
        EMPTY: Contender([sys.executable, "-I", "-c", "pass"]),
        FLOOR: Contender(floor, "slack", SLACK_SECRET, 1),
        FLOOR_DISCORD: Contender(floor, "discord", DISCORD_KEY, 1),
        OURS: Contender(ours, "slack", SLACK_SECRET, 2),
        FETCHED: Contender(ours, "slack", {"SLACK_SIGNING_SECRET": IN_SSM}, 3),
        OURS_DISCORD: Contender(ours, "discord", DISCORD_KEY, 2),
    }


def _of_others(place: Place, missing: dict[str, str]) -> dict[str, Contender]:
    found: dict[str, Contender] = {}
    makers: Mapping[str, Callable[[], Mapping[str, Contender]]] = {
        "lambda_python": _pythons,
        "slack_node": _nodes,
        RUST: partial(_rust, place),
    }
    for name, make in makers.items():
        try:
            found |= make()
        except peers.Missing as reason:
            missing |= dict.fromkeys((name, *IN_ENVIRONMENT.get(name, ())), str(reason))
    return found


IN_ENVIRONMENT = {
    "lambda_python": (SYSTEM_0, SYSTEM_2, LAZY),
    "slack_node": (NODE, EMPTY_NODE),
}


def _pythons() -> Mapping[str, Contender]:
    python = str(peers.ensure("lambda_python").python)
    bolt = _script(python, "bolt.py")
    return {
        SYSTEM_0: Contender(_script(python, "system0.py"), "discord", DISCORD_KEY, 1),
        LAZY: Contender([*bolt, "lazy"], "slack", SLACK_SECRET, 1),
        SYSTEM_2: Contender([*bolt, "langchain"], "slack", SLACK_SECRET),
    }


def _nodes() -> Mapping[str, Contender]:
    peer = peers.ensure("slack_node")
    bolt = ["node", str(COLD / "bolt.mjs"), EVENT]
    return {
        NODE: Contender(bolt, "slack", {**SLACK_SECRET, **TRUST}, 1, peer.folder),
        EMPTY_NODE: Contender(["node", "-e", "0"]),
    }


def _rust(place: Place) -> Mapping[str, Contender]:
    """Compiled now; a native function starts from a file like this one."""
    compiler = shutil.which("rustc")
    if not compiler:
        raise peers.Missing("rustc is not installed")
    program = str(place.home / "floor")
    built = subprocess.run(
        [compiler, "-O", "--edition=2021", "-o", program, str(COLD / "floor.rs")],
        capture_output=True,
        text=True,
    )
    if built.returncode:
        raise peers.Missing(f"it cannot be built: {built.stderr.strip()[-200:]}")
    files = [str(place.home / "proof"), str(place.home / "body")]
    address = f"127.0.0.1:{place.plain_port}"
    return {RUST: Contender([program, *files, address], "slack", SLACK_SECRET, 1)}


EVENT = "EVENT"


def _script(python: str, name: str) -> list[str]:
    return [python, "-I", str(COLD / name), EVENT]


# ── one round ─────────────────────────────────────────────────────────────────


def _measure(place: Place, name: str, contender: Contender) -> Mapping[str, Any]:
    before = place.seen()
    took = command.timed(*_started(place, contender))
    calls = place.seen() - before
    if calls != contender.calls:
        raise Failed(f"{name} made {calls} calls of AWS, not {contender.calls}")
    return took


def _started(place: Place, contender: Contender) -> tuple[list[str], Mapping[str, str], Path]:
    event = str(place.write(contender.event))
    program = [event if part == EVENT else part for part in contender.command]
    return program, {**place.environment(), **contender.environment}, contender.cwd


def _tell(place: Place, contender: Contender) -> Mapping[str, float]:
    """What it has loaded once it has answered."""
    program, environment, cwd = _started(place, contender)
    ran = subprocess.run(
        [*program, "--tell"], env=dict(environment), cwd=cwd, capture_output=True, text=True
    )
    if ran.returncode:
        raise Failed(f"the ingress failed: {ran.stderr[-500:]}")
    answer, told = map(json.loads, ran.stdout.splitlines())
    if answer["statusCode"] != 200:
        raise Failed(f"the ingress answered with {answer}")
    figures: Mapping[str, float] = told
    return figures


# ── what it comes to ──────────────────────────────────────────────────────────


def _of_cpu(found: Rounds, missing: Mapping[str, str]) -> Iterator[Row]:
    for name in found:
        yield shown(f"CPU, {name}", found.median(name, "cpu_ms"), "ms")
    for name, reason in missing.items():
        if name not in IN_ENVIRONMENT:
            yield skipped(f"CPU, {name}", reason)
    for (name, other), most in MOST_TIMES.items():
        yield at_most(f"CPU, {name} : {other}", found.ratio(name, other, "cpu_ms"), "×", most)
    for (name, other), least in LEAST_TIMES.items():
        what = f"CPU, {name} : {other}"
        if name in found:
            yield at_least(what, found.ratio(name, other, "cpu_ms"), "×", least)
        else:
            yield skipped(what, missing[name])
    for name in (FLOOR, OURS, FETCHED):
        yield shown(f"by the clock, {name}", found.median(name, "wall_ms"), "ms")


def _of_weight(light: Mapping[str, Mapping[str, float]]) -> Iterator[Row]:
    for name, figures in light.items():
        for figure, most in LIGHT.items():
            what, unit = MEANING[figure]
            yield at_most(f"{name}: {what}", figures[figure], unit, most)
