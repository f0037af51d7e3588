"""What is attached on Discord: fetched from its file servers, which know no token."""

import httpx2

from aizuchi.downloads import Downloaded, download, origin_of
from aizuchi.events import Attachment, Message, Unread
from aizuchi.surfaces.discord.rest import USER_AGENT

HOSTS = ("https://cdn.discordapp.com", "https://media.discordapp.net")


async def fetch(
    client: httpx2.AsyncClient, base: str, message: Message, file: Attachment
) -> bytes | Unread:
    """What a file holds. Its address is good for a day."""
    origins = {origin_of(host) for host in (*HOSTS, base)}
    found = await download(client, file.url, origins, {"user-agent": USER_AGENT})
    return found.content if isinstance(found, Downloaded) else found
