"""`web_search`: what search engines find, without an account at any."""

from collections.abc import Callable, Mapping, Sequence

from ddgs import DDGS
from ddgs.exceptions import DDGSException

from aizuchi.answers import Source
from aizuchi.errors import NotAllowed, ToolError
from aizuchi.settings import Settings
from aizuchi.toolbox import Finding, Tool
from aizuchi.tools.function import tool_of
from aizuchi.tools.guard import place_of

MOST_RESULTS = 8
SEARCH_S = 10
LONGEST_TITLE, LONGEST_SNIPPET = 200, 600

Search = Callable[[str], Sequence[Mapping[str, str]]]


def open_web_search(settings: Settings, clock: Callable[[], float]) -> Tool:
    """The tool as the assistant has it."""
    return web_search_with(by_ddgs)


def by_ddgs(query: str) -> Sequence[Mapping[str, str]]:
    """What ddgs finds: each with a title, an href and a body."""
    try:
        return DDGS(timeout=SEARCH_S).text(query, max_results=MOST_RESULTS)
    except DDGSException:
        raise ToolError("The search found nothing, or could not be made just now.") from None


def web_search_with(search: Search) -> Tool:
    """The tool over a search."""

    def web_search(query: str) -> Finding:
        """Searches the web. Returns titles, addresses and short extracts.

        Name a page as a link, [title](address), where you use what it says."""
        return told(search(query))

    return tool_of(web_search)


def told(results: Sequence[Mapping[str, str]]) -> Finding:
    """Results as the model reads them; each address is one that may be fetched."""
    entries, sources = [], []
    for result in results[:MOST_RESULTS]:
        try:
            url = place_of(str(result.get("href", ""))).url
        except NotAllowed:
            continue
        title = " ".join(str(result.get("title", "")).split())[:LONGEST_TITLE]
        snippet = " ".join(str(result.get("body", "")).split())[:LONGEST_SNIPPET]
        sources.append(Source(url, title))
        entries.append(f"{len(sources)}. {title}\n{url}\n{snippet}")
    if not entries:
        raise ToolError("The search found nothing.")
    return Finding("\n\n".join(entries), tuple(sources))
