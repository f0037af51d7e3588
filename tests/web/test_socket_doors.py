"""Who gets a socket, with what ticket, and what comes of whatever else is sent there."""

import asyncio
import json
import logging
from pathlib import Path

import pytest
from tests.web.asking import asked, events, resumed, until_over
from tests.web.house import ORIGIN, House, house, text_of
from tests.web.test_doors import BAD_HOSTS, BAD_ORIGINS, cookie

from aizuchi.edge import API, MOST_BRACKETS
from aizuchi.errors import StoreUnavailable
from aizuchi.surfaces.web.stream import PING_EVERY_S
from aizuchi.testing.asgi_socket import Closed
from aizuchi.tickets import TICKET_S

OPEN = {"type": "abort", "requestId": "r0"}
JUNK = (
    "", "null", "[]", "3", "{", "\x00", "hello", '{"type":"send"}', '{"requestId":"r1"}',
    '{"type":"send","requestId":1}', '{"type":"send","requestId":""}',
    '{"type":"send","requestId":"a b"}', '{"type":"delete","requestId":"r1"}',
    '{"type":["send"],"requestId":"r1"}', '{"type":"abort","type":"abort","requestId":"r1"}',
    '{"type":"abort","requestId":"r1","n":NaN}', "[" * (MOST_BRACKETS + 1),
    '{"type":"abort","requestId":"' + "r" * 129 + '"}',
)  # fmt: skip
MISSING: list[tuple[str, object]] = [
    ("id", None), ("id", "../x"), ("id", 7), ("messages", None), ("messages", {}),
    ("messages", [{"role": "assistant"}]), ("trigger", "poke"), ("messageId", 7),
]  # fmt: skip


async def test_a_ticket_lets_its_person_in_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        ann = home.person("ann")
        ticket = await ann.ticket()
        assert await _entered(home, ticket)
        async with home.client().connect(f"/ws/chat?ticket={ticket}") as socket:
            assert await socket.close() == Closed(
                4401, "the ticket is missing, used or too old: ask for a new one"
            )
        await ann.ask("Hi")
        assert len(await ann.history()) == 2


@pytest.mark.parametrize(
    "query", ["", "?ticket=", "?ticket=junk", "?ticket={0}&ticket={0}", "?{0}"]
)
async def test_without_a_good_ticket_nobody_comes_in(tmp_path: Path, query: str) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        target = "/ws/chat" + query.format(await person.ticket())
        async with person.connect(target) as socket:
            assert (await socket.close()).code == 4401


@pytest.mark.parametrize(("after_s", "comes_in"), [(TICKET_S - 1, True), (TICKET_S, False)])
async def test_a_ticket_is_good_for_a_minute(
    tmp_path: Path, after_s: float, comes_in: bool
) -> None:
    async with house(tmp_path) as home:
        ticket = await home.person().ticket()
        await asyncio.sleep(after_s)
        assert await _entered(home, ticket) == comes_in


async def test_a_ticket_of_one_origin_is_none_of_another(tmp_path: Path) -> None:
    async with house(tmp_path, hosts=["chat.example.com"]) as home:
        public = {"host": "chat.example.com", "origin": "https://chat.example.com"}
        ticket = await home.person().ticket(origin=ORIGIN)
        async with home.client().connect(f"/ws/chat?ticket={ticket}", headers=public) as socket:
            assert (await socket.close()).code == 4401
        assert not await _entered(home, ticket, origin=ORIGIN)
        assert await _entered(home, await home.person().ticket(origin=ORIGIN), origin=ORIGIN)


@pytest.mark.parametrize("origin", BAD_ORIGINS)
async def test_another_origin_gets_no_handshake_and_uses_no_ticket(
    tmp_path: Path, origin: str
) -> None:
    async with house(tmp_path) as home:
        ticket = await home.person().ticket()
        headers = {"origin": origin}
        async with home.client().connect(f"/ws/chat?ticket={ticket}", headers=headers) as socket:
            assert await socket.close() == Closed(403)
        assert await _entered(home, ticket)


@pytest.mark.parametrize("host", BAD_HOSTS)
async def test_a_host_that_is_not_ours_gets_no_handshake(tmp_path: Path, host: str) -> None:
    async with house(tmp_path) as home:
        target, headers = f"/ws/chat?ticket={await home.person().ticket()}", {"host": host}
        async with home.client().connect(target, headers=headers) as socket:
            assert await socket.close() == Closed(403)


async def test_by_cookie_a_handshake_names_its_origin(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        target, headers = f"/ws/chat?ticket={await home.person().ticket()}", {}
        headers["cookie"] = await cookie(home)
        async with home.client().connect(target, headers=headers) as socket:
            assert await socket.close() == Closed(403)


@pytest.mark.parametrize("path", ["/", "/ws", "/ws/chat/", "/api/chat", "/healthz", "/dev/kill"])
async def test_there_is_one_socket(tmp_path: Path, path: str) -> None:
    async with house(tmp_path) as home, home.person().connect(path) as socket:
        assert await socket.close() == Closed(403)


async def test_a_ticket_is_for_whoever_may_come_in(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        assert (await home.client().request("POST", "/api/ticket")).status == 401
        own = {"cookie": await cookie(home)}
        assert (await home.client().request("POST", "/api/ticket", headers=own)).status == 403
        assert (await home.person().request("GET", "/api/ticket")).status == 405
        made = await home.client().request("POST", "/api/ticket", headers={**own, "origin": ORIGIN})
        assert (made.status, made.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize("junk", JUNK)
async def test_junk_closes_the_socket(tmp_path: Path, junk: str) -> None:
    async with house(tmp_path) as home, home.person().socket() as socket:
        socket.send(OPEN)
        socket.send(junk)
        closed = await socket.close()
        assert closed.code == 4400
        assert 0 < len(closed.reason.encode()) <= 123


async def test_bytes_close_the_socket(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.person().socket() as socket:
        socket.send(json.dumps(OPEN).encode())
        assert await socket.close() == Closed(1003, "frames are JSON texts")


@pytest.mark.parametrize("filling", ["x", "相"])
async def test_a_frame_that_is_too_large_closes_the_socket(tmp_path: Path, filling: str) -> None:
    async with house(tmp_path) as home, home.person().socket() as socket:
        frame = {**OPEN, "filling": filling * (API.most_bytes // len(filling.encode()))}
        socket.send(json.dumps(frame, ensure_ascii=False))
        assert (await socket.close()).code == 1009


async def test_a_request_that_is_answered_is_not_asked_a_second_time(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        async with person.socket() as socket:
            for _ in range(2):
                socket.send(asked(person, "Hi"))
            assert (await socket.close()).code == 4400


@pytest.mark.parametrize(("field", "value"), MISSING)
async def test_a_bad_field_is_told_to_its_request_alone(
    tmp_path: Path, field: str, value: object
) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        async with person.socket() as socket:
            socket.send({**asked(person, "Hi"), field: value})
            (refused,) = await until_over(socket)
            assert refused["type"] == "error"
            assert refused["errorText"].startswith("I could not read this request: ")
            socket.send(asked(person, "Hi", "r2"))
            assert text_of(events(await until_over(socket, "r2"))) == "Hello dear friend "


async def test_a_resume_of_no_chat_is_told_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.person().socket() as socket:
        for number, chat in enumerate(("", "../x", "a" * 129)):
            socket.send(resumed(chat, f"r{number}"))
            (refused,) = await until_over(socket, f"r{number}")
            assert "id is missing" in refused["errorText"]


async def test_anothers_chat_does_not_exist(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        ann, bob = home.person("ann"), home.person("bob")
        await ann.ask("secret of ann")
        before = await ann.history()
        async with bob.socket() as socket:
            for frame in (resumed(request="r1"), asked(bob, "secret of ann", "r2")):
                socket.send(frame)
                (refused,) = await until_over(socket, str(frame["requestId"]))
                assert refused["errorText"] == "There is no such conversation."
        assert await ann.history() == before


async def test_a_sentence_of_ours_is_in_the_browsers_language(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person(headers={"accept-language": "ja"})
        async with person.socket() as socket:
            socket.send(asked(person, "  "))
            (refused,) = await until_over(socket)
    assert refused["errorText"] == "メッセージに本文がありません。"


async def test_a_flood_of_requests_ends_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        async with person.socket() as socket:
            for number in range(2000):
                socket.send(resumed("unknown", f"r{number}"))
            assert (await until_over(socket, "r1999"))[0]["type"] == "no-active"
            socket.send(asked(person, "Hi", "after"))
            assert text_of(events(await until_over(socket, "after"))) == "Hello dear friend "


async def test_whoever_floods_and_reads_nothing_is_let_go(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.person().socket() as socket:
        for number in range(2000):
            socket.send(resumed("unknown", f"r{number}"))
        await asyncio.sleep(6 * PING_EVERY_S)
        assert len(home.web.sockets.open) == 0
        assert (await socket.close()).code == 4408


async def test_what_cannot_be_stored_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        async with person.socket() as socket:
            home.web._asking._inbox = _Full()
            socket.send(asked(person, "Hi"))
            (refused,) = await until_over(socket)
            assert refused["errorText"].startswith("I could not keep your message")
        ticket = await person.ticket()
        home.web.sockets._tickets = _Full()
        async with person.connect(f"/ws/chat?ticket={ticket}") as socket:
            assert (await socket.close()).code == 1013


async def test_our_own_mistake_closes_the_socket_with_a_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as home:
        person = home.person()
        async with person.socket() as socket:
            home.web._asking._chats = None  # type: ignore[assignment]
            with caplog.at_level(logging.ERROR):
                socket.send(asked(person, "Hi"))
                closed = await socket.close()
        assert closed.code == 1011
        number = closed.reason.removeprefix("this broke on my side (number ").removesuffix(")")
        assert f"(number {number}): AttributeError at the socket /ws/chat" in caplog.text
        assert len(home.web.sockets.open) == len(home.web.listeners) == 0


class _Full:
    """An inbox, or tickets, on a full disk."""

    async def accept(self, messages: object, signals: object) -> frozenset[str]:
        raise StoreUnavailable("no space left on device")

    async def make(self, person: str, origin: str) -> str:
        raise StoreUnavailable("no space left on device")

    async def use(self, ticket: str, origin: str) -> str | None:
        raise StoreUnavailable("no space left on device")


async def _entered(home: House, ticket: str, *, origin: str = "") -> bool:
    """Whether the ticket lets somebody in."""
    target, headers = f"/ws/chat?ticket={ticket}", {"origin": origin}
    async with home.client().connect(target, headers=headers) as socket:
        socket.send(resumed("unknown"))
        return await socket.frame() is not None
