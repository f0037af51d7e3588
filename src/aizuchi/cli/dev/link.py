"""The parent's end of the line to its server: it hears when it is ready and when to kill it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aizuchi.hosts.parent import KILL, READY


@asynccontextmanager
async def open_line(
    on_ready: Callable[[], None], on_kill: Callable[[], None]
) -> AsyncIterator[Path]:
    """A Unix socket that only this user's processes can reach; it closes when we end."""
    heard = {READY: on_ready, KILL: on_kill}

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for word in reader:
            if word in heard:
                heard[word]()
        writer.close()

    with TemporaryDirectory(prefix="aizuchi-") as folder:
        path = Path(folder) / "dev"
        server = await asyncio.start_unix_server(listen, path)
        try:
            yield path
        finally:
            server.close()
