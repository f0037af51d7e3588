"""The plain page: who sees it, in which language, and what it may do."""

import re
from pathlib import Path

import pytest
from tests.web.house import house

from aizuchi.surfaces.web.page import STATIC


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
    assert "unsafe" not in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["referrer-policy"] == "no-referrer"
    for text in [page.text, *(file.read_text() for file in STATIC.iterdir())]:
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
