"""An answer as Discord shows it: Markdown on pages, in which nothing calls anybody."""

import re
from collections.abc import Sequence

from aizuchi.limits import Limits
from aizuchi.markdown import pages, units
from aizuchi.surfaces.discord import LIMITS

AT = "\N{FULLWIDTH COMMERCIAL AT}"

_CALL = re.compile(r"(?<![\w.+-])@(?=(?:everyone|here)\b)|(?<=<)@(?=[!&]?\d)")


def render(markdown: str, limits: Limits = LIMITS, *, growing: bool = False) -> Sequence[str]:
    """The pages of a message's content."""
    cut = pages(markdown, limits.page_chars, measure=units, growing=growing)
    return [harmless(page) for page in cut]


def harmless(page: str) -> str:
    """The page in which no `@everyone`, `@here`, `<@1>` or `<@&1>` is one. Discord is told on every
    call to resolve none; whoever quotes us may not be. One letter takes the place of one, so that
    no page changes its length."""
    return _CALL.sub(AT, page)
