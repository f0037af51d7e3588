"""A server in a process of its own, and a collector over a network on loopback: the way to each
destination, what is sent before the end, and what a server without it never loads."""

import base64
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.cli.processes import Place, Program, free_port, place_with_model, running
from tests.otel.collector import Collector

from aizuchi.simulator.serving import address_of, listener, served

pytestmark = pytest.mark.real_time
PAIR = base64.b64encode(b"pk-lf-1:sk-lf-2").decode()
CANARY = "CANARY-7291"


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    collector, listening = Collector(), listener()
    async with served(collector.app, listening):
        yield collector, address_of(listening)


async def answer_and_stop(place: Place, server: Program) -> None:
    """Somebody is answered, and at once the server is told to stop."""
    await server.until("State")
    asked = {"model": "aizuchi", "messages": [{"role": "user", "content": CANARY}]}
    async with place.client as client:
        said = await client.post("/v1/chat/completions", json=asked)
    assert said.status_code == 200, said.text
    server.process.terminate()
    assert await server.end(within_s=10) == 0


@pytest.mark.parametrize(
    ("to", "environment", "path", "headers"),
    [
        (
            "langsmith",
            {
                "LANGSMITH_ENDPOINT": "{address}",
                "LANGSMITH_API_KEY": "lsv2_pt_1",
                "LANGSMITH_PROJECT": "kiso",
            },
            "/otel/v1/traces",
            {"x-api-key": "lsv2_pt_1", "langsmith-project": "kiso"},
        ),
        (
            "langfuse",
            {
                "LANGFUSE_HOST": "{address}",
                "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
                "LANGFUSE_SECRET_KEY": "sk-lf-2",
            },
            "/api/public/otel/v1/traces",
            {"authorization": f"Basic {PAIR}", "x-langfuse-ingestion-version": "4"},
        ),
        (
            "otlp",
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "{address}",
                "OTEL_EXPORTER_OTLP_HEADERS": "api-key=k%20y",
                "OTEL_SERVICE_NAME": "kiso-assistant",
            },
            "/v1/traces",
            {"api-key": "k y"},
        ),
    ],
    ids=["langsmith", "langfuse", "otlp"],
)
async def test_what_was_answered_before_the_stop_is_there_with_its_keys(
    tmp_path: Path, to: str, environment: dict[str, str], path: str, headers: dict[str, str]
) -> None:
    async with collecting() as (collector, address), place_with_model(tmp_path) as (place, model):
        own = {name: value.format(address=address) for name, value in environment.items()}
        async with running(
            place,
            "serve",
            terminal=False,
            AIZUCHI__TRACING__TO=to,
            OPENAI_API_KEY="sk-model-1",
            **own,
        ) as server:
            await answer_and_stop(place, server)
    assert f"Traces   to {address.removeprefix('http://')}, without text" in server.text
    assert {got.path for got in collector.got} == {path}
    assert collector.got[0].headers.items() >= headers.items()
    [root], [chat] = collector.named("invoke_agent"), collector.named("chat")
    assert chat.parent == root.id
    assert chat.name == "chat paced"
    assert chat.attributes["gen_ai.provider.name"] == "openai"
    assert chat.attributes["server.address"] == "127.0.0.1"
    assert f":{chat.attributes['server.port']}/" in model.url
    assert collector.resource["service.name"] == own.get("OTEL_SERVICE_NAME", "aizuchi")
    told = b"".join(got.body for got in collector.got)
    for hidden in (CANARY, "word0", "sk-model-1", "lsv2_pt_1", "sk-lf-2", "k y"):
        assert hidden.encode() not in told


async def test_a_collector_that_is_not_there_does_not_delay_the_end(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _):
        own = {"AIZUCHI__TRACING__TO": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
        async with running(place, "serve", terminal=False, **own) as server:
            await answer_and_stop(place, server)
        assert server.text.count("no traces reach 127.0.0.1 (ConnectError)") == 1
        assert "Traceback" not in server.text


def test_a_server_without_it_loads_nothing_of_opentelemetry() -> None:
    program = "import aizuchi.app, aizuchi.cli.serve, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "aizuchi.watch" in loaded.stdout
    assert "opentelemetry" not in loaded.stdout
    assert "google.protobuf" not in loaded.stdout


def test_where_it_is_not_installed_the_start_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from aizuchi.cli import main; sys.exit(main(['serve']))"
    )
    environment = {
        "AIZUCHI_HOME": str(tmp_path / "home"),
        "AIZUCHI__TRACING__TO": "otlp",
        "AIZUCHI_MODEL": "echo",
        "AIZUCHI_PORT": str(free_port()),
    }
    started = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert started.returncode == 1
    assert "pip install 'aizuchi[otel]'" in started.stderr
