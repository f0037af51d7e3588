"""What `aizuchi dev` does about the model: fetches the demo one, and says which others are near."""

import asyncio

from aizuchi.cli.dev.notices import Notices, bar
from aizuchi.cli.failures import lines
from aizuchi.cli.invocation import command_name
from aizuchi.errors import AizuchiError
from aizuchi.models.detect import Neighbour, neighbours
from aizuchi.models.fetch import ABOUT_BYTES, fetch_local_model
from aizuchi.models.smol import LABEL, find_demo
from aizuchi.settings import Settings

MEGABYTE = 1_000_000


async def look_after_model(settings: Settings, notices: Notices, greeted: asyncio.Event) -> None:
    """Where nobody chose a model: names those that run on this machine, and sees to the demo one.

    The server notices by itself when that one is there.
    """
    await greeted.wait()
    if not settings.model.is_chosen:
        for found in await neighbours():
            notices.say(_offer(found))
    if settings.model.choice.plug == "local" and not find_demo(settings.home):
        await _fetch(settings, notices)


def _offer(found: Neighbour) -> str:
    model = f"AIZUCHI_MODEL=openai:{found.model}"
    use = f"OPENAI_BASE_URL={found.base_url} {model} {command_name()} dev"
    return f"  {found.name} runs on this machine. To use it:  {use}"


async def _fetch(settings: Settings, notices: Notices) -> None:
    notices.say(
        f"  Fetching {LABEL} ({_megabytes(ABOUT_BYTES)}, once). Until then the echo answers."
    )
    try:
        await fetch_local_model(settings.home, lambda count: notices.now(_progress(count)))
    except AizuchiError as error:
        notices.now("")
        what, mend = lines(error)
        notices.say(f"  {what} {mend} Then start again; until then the echo answers.")
        return
    notices.now("")
    notices.say("  The demo model is here, and answers in a moment.")


def _progress(count: int) -> str:
    """How far it is: the size is known only roughly, so it is not whole before it is."""
    share = min(count / ABOUT_BYTES, 0.99)
    return f"  {bar(share)}  {_megabytes(count)} of about {_megabytes(ABOUT_BYTES)}"


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:.0f} MB"
