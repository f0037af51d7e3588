"""The assistant and the model that it asks as real processes, which can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
from tests.crash.server import free_port

TOKEN = "token-of-the-browser-tests"
START_WITHIN_S = 20.0
ANSWER_WITHIN_S = 30.0
RETRY_S = 0.02


class Model:
    """The fake model, which does with each question what it was told to do."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        control = base_url.replace("/v1", "/_control/")
        self._control = httpx2.Client(base_url=control, trust_env=False)

    def script(self, *behaviours: Mapping[str, object]) -> None:
        """One behaviour for each question, the last one again and again; forgets what was asked."""
        self._control.post("reset").raise_for_status()
        self._control.post("script", json=behaviours).raise_for_status()

    def requests(self) -> list[Any]:
        """What it was asked since then."""
        asked: list[Any] = self._control.get("requests").json()
        return asked

    def close(self) -> None:
        self._control.close()


@contextmanager
def fake_model() -> Iterator[Model]:
    command = (sys.executable, "-m", "aizuchi.simulator.model", "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        model = Model(json.loads(process.stdout.readline())["base_url"])
        try:
            yield model
        finally:
            model.close()
            process.kill()


class Server:
    """`aizuchi serve`, or `dev`, on one home and port, through as many processes as it takes."""

    def __init__(self, home: Path, model: Model, command: str = "serve", **more: str) -> None:
        self._home, self._command = home, command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "AIZUCHI_HOME": str(home),
            "AIZUCHI_PORT": str(self.port),
            "AIZUCHI_MODEL": "openai:fake",
            "OPENAI_BASE_URL": model.base_url,
            "AIZUCHI_WEB_TOKEN": TOKEN,
            "AIZUCHI__LIMITS__MESSAGES_PER_MINUTE": "0",
            "AIZUCHI__LIMITS__ANSWERS_PER_DAY": "0",
            **more,
        }
        headers = {"authorization": f"Bearer {TOKEN}"}
        self.api = httpx2.Client(base_url=self.url, headers=headers, trust_env=False)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when requests are answered."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "aizuchi", self._command],
            cwd=self._home,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        give_up = time.monotonic() + START_WITHIN_S
        while not self._is_ready():
            assert self._process.poll() is None, "the server did not start"
            assert time.monotonic() < give_up, "the server was not ready in time"
            time.sleep(RETRY_S)

    def kill(self) -> None:
        """`kill -9`: nothing is put away."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    def close(self) -> None:
        self.api.close()
        self.kill()

    def stored(self, chat: str) -> list[str]:
        """The texts of the answers in a chat."""
        messages = self.api.get(f"/api/chat/{chat}").json()["messages"]
        answers = [message for message in messages if message["role"] == "assistant"]
        return ["".join(part.get("text", "") for part in answer["parts"]) for answer in answers]

    def answered(self, chat: str) -> list[str]:
        """The texts of the answers, once nothing is being answered any more."""
        give_up = time.monotonic() + ANSWER_WITHIN_S
        while self._is_answering(chat):
            assert time.monotonic() < give_up, "the answer did not end"
            time.sleep(RETRY_S)
        return self.stored(chat)

    def _is_answering(self, chat: str) -> bool:
        if not self._is_ready():
            return True
        listed = self.api.get("/api/chats").json()["chats"]
        return any(one["running"] for one in listed if one["id"] == chat)

    def _is_ready(self) -> bool:
        with suppress(httpx2.TransportError):
            return self.api.get("/readyz").status_code == 200
        return False
