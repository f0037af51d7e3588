"""The function behind the page as Lambda runs it: real processes, our loop in the place of AWS's
client, behind a function URL that streams."""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.aws.stage import PATIENCE_S, WEB_TOKEN, Stage, functions, spec_of, stage
from tests.cli.processes import question

from aizuchi.deploy.packages import WRAPPER
from aizuchi.hosts.aws_lambda.chat import ALONE_S
from aizuchi.surfaces.terminal.tail import Again, End, Tail, Words
from aizuchi.testing.asgi_client import AsgiClient, Connection, Response, events_of
from aizuchi.testing.lambda_ import Function, Spec, gateway_of, running
from aizuchi.testing.lambda_.environments import RIC

pytestmark = pytest.mark.real_time

NAME = "abc.lambda-url.eu-west-1.on.aws"
BEARER = {"authorization": f"Bearer {WEB_TOKEN}"}
SOURCE = Path(__file__).parents[2] / "src" / "aizuchi"


def at(function: Function, headers: Mapping[str, str] = {}, *, streams: bool = True) -> AsgiClient:
    """Somebody at its URL."""
    return AsgiClient(gateway_of(function, "url", streams=streams), host=NAME, headers=headers)


def person(one: Stage) -> AsgiClient:
    return at(one.functions["stream"], BEARER)


def asks(chat: str, message: str, text: str = "hello") -> bytes:
    return json.dumps(question(chat, message, text)).encode()


class Screen:
    """What somebody reads, over however many connections."""

    def __init__(self) -> None:
        self.tail = Tail()
        self.text = self.outcome = ""

    async def read(self, connection: Connection, *, until: str = "") -> None:
        """To the end of the connection, or until that stands there."""
        async with asyncio.timeout(PATIENCE_S):
            while until not in self.text or not until:
                if not (data := await connection.read()):
                    return
                self._feed(data)

    async def read_on(self, client: AsgiClient, chat: str) -> None:
        """Comes back for the rest, with the place where it stands."""
        self.tail.connect()
        header = {"last-event-id": self.tail.last_event_id}
        async with client.open("GET", f"/api/chat/{chat}/stream", headers=header) as connection:
            await self.read(connection)

    def _feed(self, data: bytes) -> None:
        for sign in self.tail.feed(data):
            match sign:
                case Again():
                    self.text = ""
                case Words(text):
                    self.text += text
                case End(outcome):
                    self.outcome = outcome
                case _:
                    pass


def answers(history: Response) -> list[str]:
    said = [each for each in history.json()["messages"] if each["role"] == "assistant"]
    return ["".join(part.get("text", "") for part in each["parts"]) for each in said]


async def test_text_arrives_as_it_is_made(tmp_path: Path) -> None:
    """Started as Lambda starts it. The model says no second word until the first one is read."""
    async with stage() as one:
        one.model.may_go_on.clear()
        spec = spec_of(one, tmp_path, "stream")
        wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": str(SOURCE / "deploy" / WRAPPER)}
        wrapped = spec._replace(command=RIC, environ={**spec.environ, **wrapper})
        async with running(wrapped) as function:
            screen, asked = Screen(), asks("a", "1")
            async with at(function, BEARER).open("POST", "/api/chat", body=asked) as connection:
                await screen.read(connection, until="word0")
                assert screen.text.strip() == "word0"
                one.model.may_go_on.set()
                await screen.read(connection)
            assert (screen.text, screen.outcome) == (one.model.answer, "answered")
            told = [json.loads(line) for line in function.log.splitlines() if line[:1] == "{"]
            what = [each["message"].partition(",")[0] for each in told if each.get("turn")]
            assert {"accepted", "attempt 1 begins", "its end is kept: answered"} <= {*what}


async def test_a_session_as_a_browser_has_it(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path, ["stream"]):
        browser, origin = at(one.functions["stream"]), {"origin": f"https://{NAME}"}
        assert (await browser.request("GET", "/")).status == 401
        entered = await browser.request("GET", f"/?token={WEB_TOKEN}")
        assert (entered.status, entered.headers["location"]) == (303, "/")
        given = entered.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Secure"} <= {*given.split("; ")}
        cookie = {"cookie": f"other=1; {given.partition(';')[0]}"}
        page = await browser.request("GET", "/", headers=cookie)
        assert (page.status, "<script" in page.text) == (200, True)
        script = re.search(r'src="(/[^"]+\.js)"', page.text)
        assert script and (await browser.request("GET", script[1])).status == 200

        elsewhere = {**cookie, "origin": "https://evil.example"}
        for wrong in (cookie, elsewhere):
            asked = asks("chat", "1")
            refused = await browser.request("POST", "/api/chat", body=asked, headers=wrong)
            assert refused.status == 403
        ours = {**cookie, **origin}
        one.model.words, one.model.pause_s = 50, 0.1
        screen, asked = Screen(), asks("chat", "2")
        async with browser.open("POST", "/api/chat", body=asked, headers=ours) as stream:
            await screen.read(stream, until="word0")
            stopped = await browser.request("POST", "/api/chat/chat/stop", headers=ours)
            assert stopped.status == 200
            await screen.read(stream)
        assert screen.outcome == "cancelled"
        history = await browser.request("GET", "/api/chat/chat", headers=cookie)
        assert answers(history)[0].startswith("word0 ")
        assert (await browser.request("GET", "/api/chats", headers=cookie)).json()["chats"]


async def test_killed_in_mid_answer_it_is_taken_over_and_the_reader_comes_back(
    tmp_path: Path,
) -> None:
    """By clocks that are put forward to when somebody else is woken."""
    async with stage() as one:
        one.model.words, one.model.pause_s = 300, 0.1
        screen = Screen()
        async with functions(one, tmp_path, ["stream"]):
            dying = one.functions["stream"]
            asked = person(one).open("POST", "/api/chat", body=asks("talk", "1"))
            async with asked as connection:
                await screen.read(connection, until="word1")
                await dying.kill()
                await screen.read(connection)
            assert not screen.outcome
        one.model.words, one.model.pause_s = 5, 0.0
        one.passes(ALONE_S + 1)
        async with functions(one, tmp_path, ["stream", "side"]):
            await screen.read_on(person(one), "talk")
            assert (screen.text, screen.outcome) == (one.model.answer, "answered")
            next_one = await person(one).request("POST", "/api/chat", body=asks("talk", "2"))
            assert events_of(next_one.body)[-1].data == "[DONE]"
            history = await person(one).request("GET", "/api/chat/talk")
            assert answers(history) == [one.model.answer] * 2
            assert one.model.calls == 3


@pytest.mark.proof
async def test_what_is_left_at_its_deadline_somebody_else_goes_on_with(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path, ["side"]):
        one.model.may_go_on.clear()
        short = spec_of(one, tmp_path, "stream")._replace(timeout_s=11.0)
        async with running(short) as function:
            client, screen = at(function, BEARER), Screen()
            async with client.open("POST", "/api/chat", body=asks("talk", "1")) as connection:
                await screen.read(connection)
            assert not screen.outcome
            one.model.may_go_on.set()
            await screen.read_on(client, "talk")
            assert (screen.text, screen.outcome) == (one.model.answer, "answered")
            assert all(each.is_alive for each in function.environments)


@pytest.mark.proof
async def test_two_chats_at_once_have_an_environment_each(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path, ["stream"]):
        one.model.may_go_on.clear()
        screens = [Screen(), Screen()]
        first, second = (
            person(one).open("POST", "/api/chat", body=asks(chat, "1")) for chat in ("a", "b")
        )
        async with first as one_stream, second as other_stream:
            await screens[0].read(one_stream, until="word0")
            await screens[1].read(other_stream, until="word0")
            assert len(one.functions["stream"].environments) == 2
            one.model.may_go_on.set()
            await screens[0].read(one_stream)
            await screens[1].read(other_stream)
        assert [each.text for each in screens] == [one.model.answer] * 2


@pytest.mark.proof
async def test_it_is_frozen_between_requests_and_goes_on_afterwards(tmp_path: Path) -> None:
    async with stage() as one, functions(one, tmp_path, ["stream"]):
        function = one.functions["stream"]
        for number in range(2):
            said = await person(one).request("POST", "/api/chat", body=asks("a", str(number)))
            assert events_of(said.body)[-1].data == "[DONE]"
            await one.until(lambda: function.environments[0].is_frozen)
        assert len(function.environments) == 1
        assert one.model.calls == 2


# ── under AWS's own client ───────────────────────────────────────────────────


async def returned(function: Function, event: Mapping[str, Any]) -> Any:
    outcome = await function.invoke(json.dumps(event).encode())
    assert outcome.is_good, outcome.payload
    return outcome.json()


async def test_under_awss_own_client_it_answers_as_a_whole(tmp_path: Path) -> None:
    async with stage() as one:
        spec = spec_of(one, tmp_path, "stream")._replace(command=RIC)
        async with running(spec) as function:
            client = at(function, BEARER, streams=False)
            said = await client.request("POST", "/api/chat", body=asks("a", "1"))
            text = "".join(each.chunk.get("delta", "") for each in events_of(said.body))
            assert (text, said.headers["content-type"]) == (one.model.answer, "text/event-stream")
            assert answers(await client.request("GET", "/api/chat/a")) == [one.model.answer]
            assert (await client.request("GET", "/static/icon.svg")).status == 200
            assert (await returned(function, {"Records": []}))["statusCode"] == 400


# ── trouble ──────────────────────────────────────────────────────────────────


async def test_where_the_store_cannot_be_asked_people_are_told(tmp_path: Path) -> None:
    async with stage() as one:
        spec = spec_of(one, tmp_path, "stream")
        nowhere = {**spec.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        async with running(spec._replace(environ=nowhere)) as function:
            told = await at(function, {"accept-language": "ja"}).request("GET", "/")
            assert (told.status, "保存された会話" in told.text) == (503, True)
            assert "was not answered" in function.log


async def test_without_a_token_of_the_operators_nobody_gets_in(tmp_path: Path) -> None:
    async with stage() as one:
        spec = spec_of(one, tmp_path, "stream")
        environ = {**spec.environ, "AIZUCHI_WEB_TOKEN": ""}
        async with running(spec._replace(environ=environ)) as function:
            client = at(function, BEARER)
            statuses = {
                path: (await client.request("GET", path)).status
                for path in ("/", "/api/chats", "/v1/models", "/metrics", "/healthz")
            }
            assert statuses == {
                "/": 404,
                "/api/chats": 404,
                "/v1/models": 404,
                "/metrics": 401,
                "/healthz": 200,
            }
            assert "AIZUCHI_WEB_TOKEN" in function.log


async def test_no_platform_comes_in_here(tmp_path: Path) -> None:
    """Their secrets are in its environment; their doors are the ingress function's."""
    async with stage() as one, functions(one, tmp_path, ["stream"]):
        web = person(one)
        for door in ("/slack/events", "/discord/interactions"):
            assert (await web.request("POST", door, body=b"{}")).status == 401
        metrics = await web.request("GET", "/metrics", headers={"authorization": ""})
        assert metrics.status == 401


async def test_a_package_that_lacks_something_is_told_at_the_start(tmp_path: Path) -> None:
    lacking = tmp_path / "starlette"
    lacking.mkdir()
    (lacking / "__init__.py").write_text("raise ImportError('nothing of it is packed')", "utf-8")
    runtime = ("-m", "aizuchi.hosts.aws_lambda.runtime")
    async with running(Spec("stream.handler", tmp_path, command=runtime)) as function:
        outcome = await function.invoke(b"{}")
    assert outcome.json()["errorType"] == "ImportError"
    assert "nothing of it is packed" in outcome.json()["errorMessage"]
