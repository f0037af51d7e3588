"""`fetch_page`: the text of a page that the person named, or that a search of this turn found."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import trafilatura

from aizuchi.answers import Source
from aizuchi.errors import ToolError
from aizuchi.settings import Settings
from aizuchi.toolbox import Finding, Occasion, Tool
from aizuchi.tools.function import tool_of
from aizuchi.tools.guard import is_named, place_of
from aizuchi.tools.pages import Fetcher, Page
from aizuchi.tools.threads import in_thread

UNNAMED = (
    "Only an address that the person wrote in this message, or that web_search found for it, can "
    "be fetched. Ask the person for the address, or search."
)


def open_fetch_page(settings: Settings, clock: Callable[[], float]) -> Tool:
    """The tool as the assistant has it."""
    return fetch_page_with(Fetcher())


def fetch_page_with(fetcher: Fetcher) -> Tool:
    """The tool over a way to fetch."""
    described = tool_of(fetch_page)

    async def call(arguments: str, occasion: Occasion) -> Finding:
        described.check(arguments)
        place = place_of(json.loads(arguments)["url"])
        found = [source.url for each in occasion.returned for source in each.sources]
        if not is_named(place, occasion.message.text, found):
            raise ToolError(UNNAMED)
        page = await fetcher.fetch(place)
        return await in_thread(lambda: read(page))

    return described._replace(call=call)


def fetch_page(url: str) -> None:
    """Reads a page of the Internet: its text, without menus and advertisements.

    Give an address that the person wrote in their message or that web_search has found. Name the
    page as a link, [title](address), where you use what it says."""


def read(page: Page) -> Finding:
    """The text of a page, as it matters to a reader."""
    if "html" not in page.content_type:
        return Finding(page.body.decode("utf-8", "replace"), (Source(page.url),))
    text = trafilatura.extract(page.body, url=page.url, output_format="markdown")
    if not text:
        raise ToolError("There is no text on this page that can be read.")
    about = trafilatura.extract_metadata(page.body, default_url=page.url)
    title = " ".join((about.title or "").split())[:200]
    source = Source(page.url, title or str(urlsplit(page.url).hostname))
    return Finding(f"# {source.title}\n{page.url}\n\n{text}", (source,))
