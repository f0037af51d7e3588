"""An answer as Plaza shows it: Markdown as it is, on pages."""

from collections.abc import Sequence

from aizuchi.limits import Limits
from aizuchi.markdown import pages


def render(markdown: str, limits: Limits, *, growing: bool) -> Sequence[str]:
    """A streamed page can only grow; one that is rewritten is whole each time."""
    return pages(markdown, limits.page_chars, growing=growing and limits.stream_s > 0)
