"""The pages: who sees them, in which language, which of them, and what they may do."""

import gzip
import re
from pathlib import Path

import pytest
from tests.web.house import house

from aizuchi.hosts.dev_kill import with_kill
from aizuchi.surfaces.web.page import STATIC
from aizuchi.testing.asgi_client import AsgiClient

BUILT = '<html lang="$lang" data-name="$name" data-killable="$killable"><title>%s</title></html>'
SCRIPT = "console.log('hello')" * 100


def build(home: Path) -> None:
    """A page as the build leaves it."""
    assets = home / "app" / "assets"
    assets.mkdir(parents=True)
    for page in ("index", "compare"):
        (home / "app" / f"{page}.html").write_text(BUILT % page)
    (assets / "index-B1x_9-aZ.js").write_text(SCRIPT)
    (assets / "notes.txt").write_text("not for everybody")


async def test_who_has_a_token_sees_the_page(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        page = await home.person().request("GET", "/")
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="en">' in page.text
    assert 'role="log"' in page.text
    assert "$" not in page.text


async def test_who_has_none_sees_how_to_get_in(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        page = await home.client().request("GET", "/")
    assert page.status == 401
    assert 'name="token"' in page.text
    assert "chat.js" not in page.text


@pytest.mark.parametrize(
    ("wish", "lang"), [("ja,en;q=0.8", "ja"), ("de,ja-JP", "ja"), ("en-GB,ja", "en"), ("", "en")]
)
async def test_the_page_is_in_the_language_of_the_browser(
    tmp_path: Path, wish: str, lang: str
) -> None:
    async with house(tmp_path) as home:
        page = await home.person().request("GET", "/", headers={"accept-language": wish})
    assert f'<html lang="{lang}">' in page.text


async def test_nothing_runs_or_loads_but_our_own(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        page = await home.person().request("GET", "/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"
    for text in [page.text, *(file.read_text() for file in STATIC.glob("*.*"))]:
        assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", text)
        assert not re.findall(r"<script(?![^>]*src)|\son\w+=|style=", text)


async def test_static_files_are_served_and_nothing_else_of_the_disk(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        client = home.client()
        script = await client.request("GET", "/static/chat.js")
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        headers = {"if-none-match": script.headers["etag"]}
        assert (await client.request("GET", "/static/chat.js", headers=headers)).status == 304
        for path in ("/static/chat.html", "/static/../page.py", "/static/..%2fpage.py", "/static/"):
            assert (await client.request("GET", path)).status == 404


async def test_a_page_that_is_not_there_is_404(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        missing = await home.client().request("GET", "/nowhere")
        assert (missing.status, missing.text) == (404, "There is nothing here.")


async def test_a_page_that_is_built_meanwhile_takes_the_plain_ones_place(tmp_path: Path) -> None:
    async with house(tmp_path, name='Mai <"&">') as home:
        person = home.person(headers={"accept-language": "ja"})
        assert "chat.js" in (await person.request("GET", "/")).text
        build(tmp_path)
        page = await person.request("GET", "/")
    assert page.text == (
        '<html lang="ja" data-name="Mai &lt;&quot;&amp;&quot;&gt;" data-killable="no">'
        "<title>index</title></html>"
    )
    assert page.headers["cache-control"] == "no-cache"


async def test_the_comparison_is_a_page_of_its_own(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        assert "chat.js" in (await home.person().request("GET", "/compare")).text
        build(tmp_path)
        assert "<title>compare" in (await home.person().request("GET", "/compare")).text
        stranger = await home.client().request("GET", "/compare")
    assert (stranger.status, 'name="token"' in stranger.text) == (401, True)


async def test_what_a_page_is_made_of_is_kept_for_ever(tmp_path: Path) -> None:
    build(tmp_path)
    async with house(tmp_path) as home:
        plain = await home.client().request("GET", "/assets/index-B1x_9-aZ.js")
        headers = {"accept-encoding": "br, gzip"}
        packed = await home.client().request("GET", "/assets/index-B1x_9-aZ.js", headers=headers)
    assert plain.text == SCRIPT
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in plain.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body).decode() == SCRIPT
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize(
    "name", ["index.js", "notes.txt", "..", "..%2findex.html", "%2e%2e%2fapp.js", "", "a" * 300]
)
async def test_nothing_else_is_an_asset(tmp_path: Path, name: str) -> None:
    build(tmp_path)
    async with house(tmp_path) as home:
        assert (await home.client().request("GET", f"/assets/{name}")).status == 404


@pytest.mark.parametrize(("host", "said"), [("127.0.0.1:8765", "yes"), ("chat.example", "no")])
async def test_only_a_page_of_this_machine_offers_to_kill_the_server(
    tmp_path: Path, host: str, said: str
) -> None:
    async def kill() -> None:
        raise AssertionError

    build(tmp_path)
    async with house(tmp_path, hosts=["chat.example"]) as home:
        headers = {"authorization": "Bearer owner-token", "host": host}
        client = AsgiClient(with_kill(home.app, kill), headers=headers)
        assert f'data-killable="{said}"' in (await client.request("GET", "/")).text
