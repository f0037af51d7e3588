"""The function behind the page on a played AWS: a real process under our own loop, frozen between
requests, behind a function URL that streams, over HTTP; and the one that takes over.

Usage: python -m benchmarks.servers.lambda_url MODEL_PORT TOKEN   (SIGUSR1 kills it in mid-answer;
SIGTERM ends all: killed, this would leave its frozen functions behind)
"""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from signal import SIGTERM, SIGUSR1
from tempfile import TemporaryDirectory

import httpx2
from tests.engines.clouds import furnished

from aizuchi.attempt import cancel
from aizuchi.engines.aws.opening import Cloud
from aizuchi.engines.aws.queues import Addresses
from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server
from aizuchi.simulator.aws import FakeAWS, serving
from aizuchi.testing.lambda_ import EventSource, Source, Spec, SqsClient, gateway_of, running
from aizuchi.testing.lambda_.environments import RIC

RUNTIME = ("-m", "aizuchi.hosts.aws_lambda.runtime")
TIMEOUT_S = 180.0
SIDE = "aizuchi.hosts.aws_lambda.side.handler"


def environ(cloud: Cloud, model_port: str, token: str, home: str) -> Mapping[str, str]:
    return {
        **cloud.environ,
        "AIZUCHI__AWS__TABLE": cloud.table,
        "AIZUCHI__AWS__TURNS": cloud.queues.turns,
        "AIZUCHI__AWS__SIDE": cloud.queues.side,
        "AIZUCHI_INSTALLATION_KEY": "of the benchmark",
        "AIZUCHI_WEB_TOKEN": token,
        "AIZUCHI_MODEL": "openai:bench",
        "AIZUCHI_HOME": home,
        "AIZUCHI__LIMITS__MESSAGES_PER_MINUTE": "0",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_port}/v1",
        "OPENAI_API_KEY": "none",
    }


async def main(model_port: str, token: str, folder: str) -> None:
    aws, listener = FakeAWS(), bind("127.0.0.1", 0)
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(serving(aws))
        cloud = await furnished(Cloud("", Addresses("", ""), aws.environment()))
        told = environ(cloud, model_port, token, f"{folder}/home")
        chat = Spec("stream.handler", Path(folder), told, TIMEOUT_S, command=RUNTIME)
        function = await opened.enter_async_context(running(chat))
        side = await opened.enter_async_context(running(chat._replace(handler=SIDE, command=RIC)))
        http = await opened.enter_async_context(httpx2.AsyncClient())
        source = Source(cloud.queues.side)
        polling = EventSource(source, SqsClient(http, aws.environment()), side.invoke).run()
        opened.push_async_callback(cancel, asyncio.create_task(polling))
        killing = set[asyncio.Task[None]]()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(SIGUSR1, lambda: killing.add(loop.create_task(function.kill())))
        server = Server(gateway_of(function, "url", streams=True))
        loop.add_signal_handler(SIGTERM, server.stop)
        print("ready", listener.getsockname()[1], flush=True)
        await server.serve([listener])


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1], sys.argv[2], folder))
