"""An assistant on a played AWS, over networks: real functions, under the real awslambdaric, between
a fake Slack and the queues."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
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
from aizuchi.simulator.slack import FakeSlack
from aizuchi.simulator.slack import serving as serving_slack
from aizuchi.testing.lambda_ import EventSource, Function, Source, Spec, SqsClient, gateway_of
from aizuchi.testing.lambda_ import running as running_function

PATIENCE_S = 60.0
TIMEOUT_S = 120.0
PLACE = "aizuchi.hosts.aws_lambda"


class Stage:
    """All that is there, and where a process of one's own finds it."""

    def __init__(self, aws: FakeAWS, slack: FakeSlack, cloud: Cloud, model: PacedModel) -> None:
        self.aws, self.slack, self.cloud, self.model = aws, slack, cloud, model
        self.ann = slack.person("ann")
        self.functions: dict[str, Function] = {}
        self.sources: dict[str, EventSource] = {}

    @property
    def environ(self) -> Mapping[str, str]:
        self.aws.ssm.put("/aizuchi/slack", self.slack.signing_secret)
        return {
            **self.aws.environment(),
            "AIZUCHI__AWS__TABLE": self.cloud.table,
            "AIZUCHI__AWS__TURNS": self.cloud.queues.turns,
            "AIZUCHI__AWS__SIDE": self.cloud.queues.side,
            "AIZUCHI_INSTALLATION_KEY": "the same for all",
            "AIZUCHI_MODEL": "openai:paced",
            "OPENAI_BASE_URL": self.model.url,
            "OPENAI_API_KEY": "sk-none",
            "SLACK_SIGNING_SECRET": "ssm:/aizuchi/slack",
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_BASE": self.slack.api_base,
        }

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - what other processes do is looked at
                await asyncio.sleep(0.05)

    async def until_settled(self) -> None:
        await self.until(lambda: not self.aws.sqs.queue("turns.fifo").messages)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """AWS with its table and queues, Slack, and a model; nobody works yet."""
    async with (
        paced_model() as model,
        serving_aws(FakeAWS()) as aws,
        serving_slack(FakeSlack()) as slack,
    ):
        cloud = Cloud("", Addresses("", ""), aws.environment())
        yield Stage(aws, slack, await furnished(cloud), model)


@asynccontextmanager
async def functions(one: Stage, folder: Path, *, works: bool = True) -> AsyncIterator[None]:
    """The functions with their event sources, and Slack in front of them; or only what takes in."""
    async with AsyncExitStack() as opened:
        for name in ("ingress", "worker", "side") if works else ("ingress",):
            home = {"AIZUCHI_HOME": str(folder / name)}
            spec = Spec(f"{PLACE}.{name}.handler", folder, {**one.environ, **home}, TIMEOUT_S)
            one.functions[name] = await opened.enter_async_context(running_function(spec))
        http = await opened.enter_async_context(httpx2.AsyncClient())
        queues = SqsClient(http, one.aws.environment())
        places = {"worker": one.cloud.queues.turns, "side": one.cloud.queues.side}
        for name, url in places.items() if works else ():
            one.sources[name] = EventSource(Source(url), queues, one.functions[name].invoke)
        transport = httpx2.ASGITransport(gateway_of(one.functions["ingress"]))
        web = await opened.enter_async_context(httpx2.AsyncClient(transport=transport))
        one.slack.deliver_to(web, "http://bot.test/slack/events")
        polling = [asyncio.create_task(source.run()) for source in one.sources.values()]
        try:
            yield
        finally:
            await cancel(*polling)
