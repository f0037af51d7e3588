"""An assistant on a played AWS, over networks: real functions, under the real awslambdaric, between
a fake Slack, a fake Discord and the queues."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
from tests.cli.processes import PacedModel, paced_model
from tests.engines.clouds import furnished

from aizuchi.attempt import cancel
from aizuchi.engines.aws.opening import Cloud
from aizuchi.engines.aws.queues import Addresses
from aizuchi.simulator.aws import FakeAWS
from aizuchi.simulator.aws import serving as serving_aws
from aizuchi.simulator.clock import Clock
from aizuchi.simulator.discord import FakeDiscord
from aizuchi.simulator.discord import serving as serving_discord
from aizuchi.simulator.slack import FakeSlack
from aizuchi.simulator.slack import serving as serving_slack
from aizuchi.testing.lambda_ import (
    EventSource,
    Function,
    Source,
    Spec,
    SqsClient,
    gateway_of,
    integration_of,
)
from aizuchi.testing.lambda_ import running as running_function

PATIENCE_S = 60.0
TIMEOUT_S = 120.0
PLACE = "aizuchi.hosts.aws_lambda"
ALL = ("ingress", "worker", "side")
OF_THE_WEB = ("stream", "socket")
WEB_TOKEN = "a-long-and-random-web-token"


class Stage:
    """All that is there, and where a process of one's own finds it. Ann is in Slack, Bob in
    Discord; `clock` is everybody's."""

    def __init__(self, model: PacedModel) -> None:
        self.clock, self.model = Clock(), model
        self.aws = FakeAWS(self.clock)
        self.slack, self.discord = FakeSlack(self.clock), FakeDiscord(self.clock)
        self.discord.register()
        self.ann, self.bob = self.slack.person("ann"), self.discord.person("bob")
        self.cloud = Cloud("", Addresses("", ""))
        self.passed_s = 0.0
        self.functions: dict[str, Function] = {}
        self.sources: dict[str, EventSource] = {}

    @property
    def environ(self) -> Mapping[str, str]:
        self.aws.ssm.put("/aizuchi/slack", self.slack.signing_secret)
        self.aws.ssm.put("/aizuchi/discord", self.discord.public_key)
        self.aws.ssm.put("/aizuchi/web-token", WEB_TOKEN)
        return {
            **self.aws.environment(),
            "AIZUCHI__AWS__TABLE": self.cloud.table,
            "AIZUCHI__AWS__TURNS": self.cloud.queues.turns,
            "AIZUCHI__AWS__SIDE": self.cloud.queues.side,
            "AIZUCHI__AWS__SOCKETS": self.aws.sockets_at,
            "AIZUCHI_INSTALLATION_KEY": "the same for all",
            "AIZUCHI_MODEL": "openai:paced",
            "OPENAI_BASE_URL": self.model.url,
            "OPENAI_API_KEY": "sk-none",
            "SLACK_SIGNING_SECRET": "ssm:/aizuchi/slack",
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_BASE": self.slack.api_base,
            "DISCORD_PUBLIC_KEY": "ssm:/aizuchi/discord",
            "DISCORD_BOT_TOKEN": self.discord.bot_token,
            "DISCORD_APP_ID": self.discord.app_id,
            "DISCORD_API_BASE": self.discord.api_base,
        }

    def passes(self, seconds: float) -> None:
        """Lets time pass at once, for the platforms, AWS, and functions that start afterwards."""
        self.clock.advance(seconds)
        self.passed_s += seconds
        self.aws.sqs.ring()
        for function in self.functions.values():
            function.spec = function.spec._replace(skew_s=self.passed_s)

    @property
    def comes_again_in_s(self) -> float:
        """When the first message that waits for its answer may be received again."""
        return self.aws.sqs.queue("turns.fifo").messages[0].visible_at - self.clock()

    @property
    def log(self) -> str:
        """All that the functions wrote."""
        return "".join(each.log for each in self.functions.values())

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - what other processes do is looked at
                await asyncio.sleep(0.05)

    async def until_settled(self) -> None:
        await self.until(lambda: not self.aws.sqs.queue("turns.fifo").messages)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """AWS with its table and queues, the platforms, and a model; nobody works yet."""
    async with paced_model() as model:
        one = Stage(model)
        async with serving_aws(one.aws), serving_slack(one.slack), serving_discord(one.discord):
            one.cloud = await furnished(one.cloud._replace(environ=one.aws.environment()))
            yield one


@asynccontextmanager
async def functions(one: Stage, folder: Path, names: Collection[str] = ALL) -> AsyncIterator[None]:
    """These functions with their event sources, and the platforms in front of what takes in."""
    async with AsyncExitStack() as opened:
        for name in names:
            function = running_function(spec_of(one, folder, name))
            one.functions[name] = await opened.enter_async_context(function)
        if "ingress" in names:
            transport = httpx2.ASGITransport(gateway_of(one.functions["ingress"], clock=one.clock))
            web = await opened.enter_async_context(httpx2.AsyncClient(transport=transport))
            one.slack.deliver_to(web, "http://bot.test/slack/events")
            one.discord.deliver_to(web, "http://bot.test/discord/interactions")
        if "socket" in names:
            one.aws.sockets.integrate(integration_of(one.functions["socket"]))
        http = await opened.enter_async_context(httpx2.AsyncClient())
        queues = SqsClient(http, one.aws.environment(), one.clock)
        places = {"worker": one.cloud.queues.turns, "side": one.cloud.queues.side}
        one.sources = {
            name: EventSource(Source(url), queues, one.functions[name].invoke)
            for name, url in places.items()
            if name in names
        }
        polling = [asyncio.create_task(source.run()) for source in one.sources.values()]
        try:
            yield
        finally:
            await cancel(*polling)


def spec_of(one: Stage, folder: Path, name: str) -> Spec:
    environ = {**one.environ, "AIZUCHI_HOME": str(folder / name)}
    spec = Spec(f"{PLACE}.{name}.handler", folder, environ, TIMEOUT_S, skew_s=one.passed_s)
    if name in OF_THE_WEB:
        environ["AIZUCHI_WEB_TOKEN"] = "ssm:/aizuchi/web-token"
    return spec._replace(command=("-m", f"{PLACE}.runtime")) if name == "stream" else spec
