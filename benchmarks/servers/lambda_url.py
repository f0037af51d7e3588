"""The function behind the page on a played AWS: a real process under our own loop, frozen between
requests, behind a function URL that streams, over HTTP.

Usage: python -m benchmarks.servers.lambda_url MODEL_PORT TOKEN
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.engines.clouds import furnished

from aizuchi.engines.aws.opening import Cloud
from aizuchi.engines.aws.queues import Addresses
from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server
from aizuchi.simulator.aws import FakeAWS, serving
from aizuchi.testing.lambda_ import Spec, gateway_of, running

RUNTIME = ("-m", "aizuchi.hosts.aws_lambda.runtime")


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
    async with serving(aws):
        cloud = await furnished(Cloud("", Addresses("", ""), aws.environment()))
        told = environ(cloud, model_port, token, f"{folder}/home")
        async with running(Spec("stream.handler", Path(folder), told, command=RUNTIME)) as function:
            print("ready", listener.getsockname()[1], flush=True)
            await Server(gateway_of(function, "url", streams=True)).serve([listener])


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1], sys.argv[2], folder))
