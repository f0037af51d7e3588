"""The deployed stack answers on Slack, with no right but those that it was given."""

import asyncio
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx2
import pytest
from tests.deploy.accounts import environment_of, let_read, posting_to
from tests.simulator.aws_house import Account
from tests.simulator.conftest import their_account  # noqa: F401 - a fixture

from aizuchi.cli import deploy, main
from aizuchi.deploy.aws import packages
from aizuchi.deploy.aws.packages import Packages
from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.settings import Settings
from aizuchi.simulator.slack import FakeSlack, serving

pytestmark = [pytest.mark.proof, pytest.mark.real_time]

DENIED = "AccessDenied"


def build(settings: Settings, files: Sequence[Path], folder: Path, _: Target) -> Packages:
    """The whole packages, for this machine, on which ministack runs them."""
    target = Target("arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64")
    try:
        return packages.build(settings, files, folder, target)
    except DeployError as error:
        pytest.skip(f"the packages of others cannot be had: {error}")


class ByPort(httpx2.AsyncHTTPTransport):
    """Reaches an API of ministack's by the port that it listens on, whatever its name is."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = httpx2.URL(address)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["host"] = request.url.host
        request.url = request.url.copy_with(host=self._address.host, port=self._address.port)
        return await super().handle_async_request(request)


async def test_a_mention_is_answered_through_every_part(
    their_account: Account,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(deploy, "build", build)
    monkeypatch.setattr(deploy, "post", lambda: posting_to(their_account))
    async with (
        serving(FakeSlack()) as slack,
        httpx2.AsyncClient(transport=ByPort(their_account.address), timeout=60) as client,
    ):
        for name, value in {**environment_of(their_account), **settings_for(slack)}.items():
            monkeypatch.setenv(name, value)
        assert await asyncio.to_thread(main, ["deploy", "aws", "--yes", "--set", "Web=no"]) == 0
        try:
            for word in ("worker", "side"):
                let_read(their_account, f"aizuchi-prod-{word}")
            slack.deliver_to(client, f"{address_of(their_account)}/slack/events")
            ann = slack.person("ann")
            said = await ann.mentions("Is anybody there?", slack.general)
            assert await slack.quiet(said)
            assert "Is anybody there?" in slack.thread(ann, slack.general, said.thread)
            slack.assert_clean()
            assert DENIED not in logged(their_account)
            assert await asyncio.to_thread(main, ["logs"]) == 0
            told = capsys.readouterr().out
            steps = ("ingress accepted", "attempt 1 begins", "kept: answered", "settled as answ")
            places = [" ".join(told.split()).find(step) for step in steps]
            assert places == sorted(places), told
            assert -1 not in places, told
        finally:
            await asyncio.to_thread(main, ["destroy", "--yes", "--data", "delete"])


def settings_for(slack: FakeSlack) -> Mapping[str, str]:
    """The settings for its app: in a file, which is packed, and in the environment."""
    Path("aizuchi.toml").write_text(f'[slack]\napi_base = "{slack.api_base}"\n')
    return {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "AIZUCHI_MODEL": "echo",
    }


def address_of(account: Account) -> str:
    (stack,) = account.client("cloudformation").describe_stacks(StackName="aizuchi-prod")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    return str(outputs["Address"])


def logged(account: Account) -> str:
    client = account.client("logs")
    groups = [each["logGroupName"] for each in client.describe_log_groups()["logGroups"]]
    return "\n".join(
        event["message"]
        for group in groups
        for event in client.filter_log_events(logGroupName=group)["events"]
    )
