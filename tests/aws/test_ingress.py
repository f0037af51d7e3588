"""A cold function: from its environment alone to a message in the queue, with almost nothing."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.aws.cloud import Cloud
from tests.aws.gateways import http_api
from tests.aws.lines import CERTIFICATE, Caller, place, reply
from tests.discord import payloads as discord
from tests.slack import payloads as slack

from aizuchi.events import HttpRequest
from aizuchi.hosts.aws_lambda.log import log_error
from aizuchi.simulator.aws import Fault

MOST_RESIDENT_KB = 24 * 1024
MOST_OF_OTHERS = 110
MOST_OF_OURS = {"slack": 27, "discord": 30}
HEAVY = {"asyncio", "boto3", "botocore", "dataclasses", "email", "http", "httpx2", "inspect"} | {
    *("logging", "msgspec", "pathlib", "starlette", "threading", "uuid")
}
STANDARD = {*sys.stdlib_module_names, "aizuchi", "__main__", "nacl", "_cffi_backend", "_sodium"}
SCRIPT = """
import json, sys
event = json.load(sys.stdin)
from aizuchi.hosts.aws_lambda.ingress import handler
answer = handler(event, None)
with open("/proc/self/status") as status:
    resident = next(line for line in status if line.startswith("VmRSS"))
told = {"answer": answer, "modules": [*sys.modules], "resident_kb": int(resident.split()[1])}
sys.stderr.write(json.dumps(told))
"""


class Ran(NamedTuple):
    """What a cold process answered, what it loaded for that, and what it logged."""

    answer: Mapping[str, Any]
    modules: list[str]
    resident_kb: int
    log: list[Mapping[str, str]]

    def of_ours(self) -> int:
        return sum(name.partition(".")[0] == "aizuchi" for name in self.modules)


def run_cold(cloud: Cloud, request: HttpRequest, **environ: str) -> Ran:
    """A process of its own, with no environment but the function's."""
    process = subprocess.run(
        [sys.executable, "-I", "-c", SCRIPT],
        input=json.dumps(http_api(request, at=time.time())),
        env={**cloud.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    log = [json.loads(line) for line in process.stdout.splitlines()]
    return Ran(**json.loads(process.stderr), log=log)


def mention() -> HttpRequest:
    return slack.signed(slack.as_json(slack.envelope(slack.mention())), time.time())


def command() -> HttpRequest:
    return discord.signed(discord.as_json(discord.command()), time.time())


ASKED = {"slack": mention, "discord": command}
SECRETS = {
    "slack": {"SLACK_SIGNING_SECRET": slack.SECRET},
    "discord": {"DISCORD_PUBLIC_KEY": discord.PUBLIC_KEY},
}


def test_a_cold_function_verifies_and_queues_what_slack_sends(cloud: Cloud) -> None:
    cloud.aws.ssm.put("/aizuchi/slack", slack.SECRET)

    ran = run_cold(cloud, mention(), SLACK_SIGNING_SECRET="ssm:/aizuchi/slack")

    assert ran.answer["statusCode"] == 200
    assert [message.text for message in cloud.queued()] == ["Is it raining?"]
    assert len(cloud.records()) == 1
    assert (cloud.calls(), cloud.calls("SSM.GetParameters")) == (2, 1)
    (line,) = ran.log
    assert (line["level"], line["message"]) == ("INFO", "accepted")
    assert line["turn"] == cloud.queued()[0].turn_id


@pytest.mark.parametrize("surface", ["slack", "discord"])
def test_a_cold_function_is_light(cloud: Cloud, surface: str) -> None:
    """With all that TLS takes."""

    def queues(caller: Caller) -> None:
        while caller.heard():
            caller.say(reply(b'{"MessageId":"1"}'))

    with place(queues, tls=True) as there:
        elsewhere = {"AWS_ENDPOINT_URL": there.address, "AWS_CA_BUNDLE": str(CERTIFICATE)}
        ran = run_cold(cloud, ASKED[surface](), **SECRETS[surface], **elsewhere)

    assert ran.answer["statusCode"] == 200
    assert not {name for name in ran.modules if name.partition(".")[0] in HEAVY}
    assert {name.partition(".")[0] for name in ran.modules} <= STANDARD
    assert ran.of_ours() <= MOST_OF_OURS[surface]
    assert len(ran.modules) - ran.of_ours() <= MOST_OF_OTHERS
    assert ran.resident_kb <= MOST_RESIDENT_KB


def test_what_cannot_be_queued_is_logged_as_json_without_a_secret(cloud: Cloud) -> None:
    cloud.goes_wrong(Fault(error="AccessDeniedException"))

    ran = run_cold(cloud, mention(), SLACK_SIGNING_SECRET=slack.SECRET)

    (line,) = ran.log
    assert ran.answer["statusCode"] == 503
    assert line["level"] == "ERROR"
    assert "AmazonSQS.SendMessage was refused: AccessDeniedException" in line["message"]


def test_what_its_package_says_of_the_settings_is_read(cloud: Cloud, tmp_path: Path) -> None:
    said = {"slack": {"ack_text": "Yes?"}, "wait_within_s": 100}
    (tmp_path / "ingress.json").write_text(json.dumps(said))
    asked = slack.signed(slack.as_form(slack.command()), time.time())

    ran = run_cold(cloud, asked, SLACK_SIGNING_SECRET=slack.SECRET, LAMBDA_TASK_ROOT=str(tmp_path))

    (guardian,) = cloud.beside.messages
    assert json.loads(ran.answer["body"])["text"] == "Yes?"
    assert guardian.visible_at - guardian.sent_at == pytest.approx(110)


def test_a_function_that_lacks_its_queues_does_not_start(cloud: Cloud) -> None:
    cloud.turns = ""

    with pytest.raises(AssertionError, match="does not know its queues"):
        run_cold(cloud, mention())


def test_a_log_line_shows_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    log_error("it was 85a5-secret, and again 85a5-secret", 0, ["85a5-secret", "", "it"])

    assert json.loads(capsys.readouterr().out) == {
        "at": "1970-01-01T00:00:00+0000",
        "level": "ERROR",
        "logger": "aizuchi.ingress",
        "message": "it was •••, and again •••",
    }
