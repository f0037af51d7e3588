"""The web chat of an installation: its page, its API, its sockets."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.deploy.conformance.browser import (
    Browser,
    frame,
    kinds,
    sending,
    text_in,
    until_over,
)
from tests.deploy.conformance.conftest import Standing
from tests.deploy.conformance.installations import Installation
from tests.deploy.conformance.platforms import SHORT, SLOW, Platforms, until
from websockets.exceptions import InvalidStatus


@pytest.fixture(scope="module", autouse=True)
def as_ministack_can(standing: Standing) -> Iterator[None]:
    with standing.installation.as_ministack_can():
        yield


@pytest.fixture
def browser(installation: Installation, platforms: Platforms) -> Browser:
    return Browser(installation, platforms.client, installation.token)


@pytest.fixture
def stranger(installation: Installation, platforms: Platforms) -> Browser:
    return Browser(installation, platforms.client, "nobodys")


async def test_the_page_is_served_to_whoever_has_the_token(
    browser: Browser, installation: Installation
) -> None:
    told = await browser.get(f"/?token={installation.token}")
    cookie = told.headers["set-cookie"]
    assert (told.status_code, told.headers["location"]) == (303, "/")
    assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(cookie.split("; "))
    page = await browser.get("/", cookie=cookie.partition(";")[0])
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert (await browser.get("/static/chat.css")).status_code == 200


async def test_a_stranger_is_not_let_in(stranger: Browser, platforms: Platforms) -> None:
    asked = len(platforms.questions)
    assert (await stranger.get("/")).status_code == 401
    assert (await stranger.get("/api/chats")).status_code == 401
    assert (await stranger.post("/api/ticket")).status_code == 401
    assert (await stranger.post("/api/chat", sending("Hello?", "c0"))).status_code == 401
    assert len(platforms.questions) == asked


async def test_what_is_asked_on_the_page_is_answered(browser: Browser) -> None:
    chunks = await browser.asks("Is anybody there?", "c1")
    assert len(text_in(chunks).split()) == SHORT.tokens
    assert kinds(chunks)[0] == "start"
    assert kinds(chunks)[-1] == "finish"
    again = await browser.asks("Is anybody there?", "c1")
    assert text_in(again) == text_in(chunks)
    history = (await browser.get("/api/chat/c1")).json()["messages"]
    assert [each["role"] for each in history] == ["user", "assistant"]


async def test_a_stop_on_the_page_ends_the_answer(browser: Browser, platforms: Platforms) -> None:
    platforms.model.script(SLOW, SHORT)
    asked = len(platforms.questions)
    asking = asyncio.create_task(browser.asks("Go on for ever?", "c2"))
    await until(lambda: len(platforms.questions) > asked)
    assert (await browser.post("/api/chat/c2/stop")).status_code == 200
    chunks = await asking
    assert kinds(chunks)[-1] == "abort"
    assert len(text_in(chunks).split()) < SLOW.tokens
    assert kinds(await browser.asks("And now?", "c2", "m2"))[-1] == "finish"


async def test_without_a_ticket_there_is_no_socket(browser: Browser) -> None:
    used = await browser.ticket()
    async with browser.socket(used):
        pass
    for ticket in ("", "nobodys", used):
        with pytest.raises(InvalidStatus):
            async with browser.socket(ticket):
                pass


async def test_what_is_asked_over_a_socket_is_answered(browser: Browser) -> None:
    async with browser.socket(await browser.ticket()) as socket:
        await socket.send(frame("send", "r1", **sending("Is anybody there?", "c3")))
        chunks = await until_over(socket, "r1")
    assert len(text_in(chunks).split()) == SHORT.tokens
    assert kinds(chunks)[-1] == "finish"


@pytest.mark.proof
async def test_whoever_comes_back_is_told_the_rest(browser: Browser, platforms: Platforms) -> None:
    platforms.model.script(SLOW._replace(tokens=60))
    asked = len(platforms.questions)
    async with browser.socket(await browser.ticket()) as socket:
        await socket.send(frame("send", "r1", **sending("Go on for a while?", "c4")))
        await until(lambda: len(platforms.questions) > asked)
    async with browser.socket(await browser.ticket()) as socket:
        await socket.send(frame("resume", "r2", id="c4"))
        chunks = await until_over(socket, "r2")
    assert len(text_in(chunks).split()) == 60
    assert len(platforms.questions) == asked + 1
