"""A file is fetched from where it may lie, as it is, and no more of it than is taken."""

import asyncio
import gzip
import logging

import httpx2
import pytest
from tests.attachments.hosts import Hosts, Reply
from tests.attachments.samples import LOGIN_PAGE, PNG

from aizuchi.attachments import MOST_BYTES
from aizuchi.downloads import MOST_REDIRECTS, Downloaded, download, origin_of
from aizuchi.events import Attachment, Message, Place, Sender, Unread, attachment
from aizuchi.sight import Sight
from aizuchi.surfaces.discord import files as discord
from aizuchi.surfaces.slack import files as slack

HOME = "https://files.example"
HERE, EVIL = f"{HOME}/cat.png", "https://evil.example/cat.png"
TYPED = {"content-type": "image/png; x=y"}
WELL = Reply(200, TYPED, [PNG[:10], PNG[10:]])
TOKEN = "xoxb-canary"
MESSAGE = Message("1", "slack", "T1", "c", Place("p", "shared"), Sender("ann"), "Hm?")


def to(address: str) -> Reply:
    return Reply(302, {"location": address}, [b"moved"])


async def got(hosts: Hosts, address: str = HERE, *origins: str) -> Downloaded | Unread:
    async with httpx2.AsyncClient(transport=hosts) as client:
        given = {"authorization": TOKEN}
        return await download(client, address, origins or (origin_of(HOME),), given)


async def test_a_file_comes_as_it_is() -> None:
    hosts = Hosts({HERE: WELL})
    assert await got(hosts) == Downloaded(PNG, "image/png")
    assert hosts.header("accept-encoding") == ["identity"]
    assert hosts.header("authorization") == [TOKEN]


@pytest.mark.parametrize(
    "address",
    [
        EVIL,
        "http://files.example/cat.png",
        "https://files.example:8443/cat.png",
        "https://files.example.evil.example/cat.png",
        "https://files.example@evil.example/cat.png",
        "https://evil.example\\@files.example/cat.png",
        "https://user:word@files.example/cat.png",
        "https://evil.example#files.example",
        "//files.example/cat.png",
        "file:///etc/passwd",
        "ftp://files.example/cat.png",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://files.example\n.evil.example/",
        "https://",
        "cat.png",
        "",
    ],
)
async def test_a_file_that_lies_elsewhere_is_not_asked_for(address: str) -> None:
    hosts = Hosts({})
    assert await got(hosts, address) == "not_let"
    assert hosts.asked == []


async def test_it_is_followed_within_its_house() -> None:
    hosts = Hosts({HERE: to("/moved/cat.png"), f"{HOME}/moved/cat.png": WELL})
    assert await got(hosts) == Downloaded(PNG, "image/png")


@pytest.mark.parametrize(
    "where", [EVIL, "//evil.example/x", "http://files.example/cat.png", "http://127.0.0.1/", ""]
)
async def test_it_is_not_followed_out_of_its_house(where: str) -> None:
    """An empty place is where it is already: that goes round, and ends."""
    hosts = Hosts({HERE: to(where)})
    assert await got(hosts) == ("not_let" if where else "not_had")
    assert {str(request.url) for request in hosts.asked} == {HERE}


async def test_a_ring_of_redirects_ends() -> None:
    hosts = Hosts({HERE: to(HERE)})
    assert await got(hosts) == "not_had"
    assert len(hosts.asked) == 1 + MOST_REDIRECTS


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(401), "not_let"),
        (Reply(403), "not_let"),
        (Reply(404, pieces=[b"gone"]), "not_had"),
        (Reply(429), "not_had"),
        (Reply(500), "not_had"),
        (httpx2.ConnectError("refused"), "not_had"),
        (httpx2.ReadTimeout("silent"), "not_had"),
        (httpx2.RemoteProtocolError("cut"), "not_had"),
    ],
)
async def test_what_does_not_come_is_told(reply: Reply | Exception, why: Unread) -> None:
    assert await got(Hosts({HERE: reply})) == why


@pytest.mark.parametrize("length", [{}, {"content-length": "7"}, {"content-length": "x"}])
async def test_a_flood_is_cut_whatever_it_claims(length: dict[str, str]) -> None:
    hosts = Hosts({HERE: Reply(200, length, [bytes(1_000_000)], endless=True)})
    assert await got(hosts) == "too_large"
    assert hosts.sent <= MOST_BYTES + 1_000_000


async def test_what_is_packed_unasked_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    for encoding in ("gzip", "deflate", "br", "identity, gzip"):
        hosts = Hosts({HERE: Reply(200, {"content-encoding": encoding}, [bomb])})
        assert await got(hosts) == "not_had"
        assert hosts.sent == 0


async def test_nothing_of_a_file_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    secret = f"{HOME}/canary-name.png?token=canary"
    with caplog.at_level(logging.DEBUG, logger="aizuchi"):
        for reply in (WELL, Reply(500, pieces=[b"canary-body"]), to(EVIL)):
            await got(Hosts({secret: reply}), secret)
    assert "canary" not in caplog.text
    assert HOME in caplog.text


# ── Slack ──


async def from_slack(
    reply: Reply | Exception, file: Attachment, address: str = f"{slack.HOST}/files-pri/T1-F1/a"
) -> tuple[bytes | Unread, Hosts]:
    hosts = Hosts({address: reply})
    async with httpx2.AsyncClient(transport=hosts) as client:
        asked = (client, "https://slack.com/api/", {"T1": TOKEN}, MESSAGE)
        return await slack.fetch(*asked, file._replace(url=address)), hosts


async def test_slack_is_shown_the_token_of_the_workspace() -> None:
    found, hosts = await from_slack(WELL, Attachment("cat.png", "image/png"))
    assert found == PNG
    assert hosts.header("authorization") == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "address", [EVIL, "https://acme.slack.com/files/a", "http://files.slack.com/a"]
)
async def test_nobody_else_is_shown_the_token(address: str) -> None:
    found, hosts = await from_slack(WELL, Attachment("cat.png"), address)
    assert found == "not_let"
    assert hosts.asked == []


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "", "application/octet-stream"])
@pytest.mark.parametrize("claimed", ["image/png", "text/plain", "text/html", ""])
async def test_a_page_to_sign_in_is_not_taken_for_the_file(kind: str, claimed: str) -> None:
    page = Reply(200, {"content-type": kind}, [b"\n", LOGIN_PAGE])
    found, _ = await from_slack(page, attachment("cat", claimed, 700))
    assert found == "not_let"


async def test_to_be_sent_to_the_sign_in_is_not_to_be_let() -> None:
    found, hosts = await from_slack(to("https://acme.slack.com/?redir=x"), Attachment("cat.png"))
    assert found == "not_let"
    assert len(hosts.asked) == 1


async def test_a_page_that_was_attached_is_read() -> None:
    page = Reply(200, {"content-type": "text/html"}, [LOGIN_PAGE])
    found, _ = await from_slack(page, attachment("page.html", "text/html", len(LOGIN_PAGE)))
    assert found == LOGIN_PAGE


async def test_a_file_without_an_address_cannot_be_had() -> None:
    """As Slack tells of one in a channel shared with another organisation."""
    async with httpx2.AsyncClient(transport=Hosts({})) as client:
        asked = (client, "https://slack.com/api/", {"T1": TOKEN}, MESSAGE)
        assert await slack.fetch(*asked, Attachment("cat.png")) == "not_had"


# ── Discord ──


@pytest.mark.parametrize("host", [*discord.HOSTS, "https://discord.test"])
async def test_discord_s_file_servers_are_shown_no_token(host: str) -> None:
    address = f"{host}/attachments/1/2/cat.png?ex=1&is=2&hm=3"
    hosts = Hosts({address: WELL})
    async with httpx2.AsyncClient(transport=hosts) as client:
        file = Attachment("cat.png", url=address)
        found = await discord.fetch(client, "https://discord.test/api/v10", MESSAGE, file)
    assert found == PNG
    assert hosts.header("authorization") == [""]
    assert hosts.header("user-agent") != [""]


async def test_discord_names_no_other_host() -> None:
    async with httpx2.AsyncClient(transport=Hosts({})) as client:
        asked = (client, "https://discord.com/api/v10", MESSAGE, Attachment("x", url=EVIL))
        assert await discord.fetch(*asked) == "not_let"


# ── in time ──


async def test_a_slow_drip_ends_in_time() -> None:
    drip = Reply(200, TYPED, [PNG[:1], 4.0], endless=True)
    address = f"{discord.HOSTS[0]}/a"
    hosts = Hosts({address: drip})

    async with httpx2.AsyncClient(transport=hosts) as client:

        async def fetch(message: Message, file: Attachment) -> bytes | Unread:
            return await discord.fetch(client, "https://discord.com/api/v10", message, file)

        files = (Attachment("cat.png", url=address), Attachment("dog.png", url=address))
        began = asyncio.get_running_loop().time()
        sight = Sight({"slack": fetch}, 20.0)
        found = await sight.look(MESSAGE._replace(attachments=files))
        took_s = asyncio.get_running_loop().time() - began
    assert found.unread == {"not_had": ("cat.png", "dog.png")}
    assert took_s == pytest.approx(20.0)
