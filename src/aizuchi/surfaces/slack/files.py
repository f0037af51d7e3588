"""What is attached in Slack: fetched by the token of its workspace, which goes to Slack alone."""

import logging
from collections.abc import Mapping

import httpx2

from aizuchi.downloads import Downloaded, download, origin_of
from aizuchi.events import Attachment, Message, Unread

HOST = "https://files.slack.com"
SCOPE = "files:read"
PAGE, BEGINNINGS = "text/html", (b"<!doctype", b"<html")

logger = logging.getLogger(__name__)


async def fetch(
    client: httpx2.AsyncClient,
    base: str,
    tokens: Mapping[str, str],
    message: Message,
    file: Attachment,
) -> bytes | Unread:
    """What a file holds. Whom Slack does not let in it sends to a page to sign in, or shows that
    instead."""
    token = tokens.get(message.tenant) or tokens.get("")
    if not (file.url and token):
        return "not_had"
    origins = {origin_of(HOST), origin_of(base)}
    found = await download(client, file.url, origins, {"authorization": f"Bearer {token}"})
    if isinstance(found, Downloaded):
        found = "not_let" if _is_sign_in(found, file) else found
    if found == "not_let":
        logger.error("Slack does not show a file: the app needs the scope %s", SCOPE)
    return found.content if isinstance(found, Downloaded) else found


def _is_sign_in(found: Downloaded, file: Attachment) -> bool:
    """A page, whatever it says it is, that is not of the file's own size."""
    is_page = found.media_type == PAGE or found.content.lstrip()[:9].lower().startswith(BEGINNINGS)
    return is_page and file.size != len(found.content)
