"""An answer as Plaza shows it: Markdown as it is, on pages."""

from collections.abc import Sequence

from aizuchi.markdown import pages
from aizuchi.ports import Limits


def render(markdown: str, limits: Limits, *, growing: bool) -> Sequence[str]:
    """A streamed page can only grow; one that is rewritten is whole each time."""
    return pages(markdown, limits.page_chars, growing=growing and limits.stream_s > 0)
