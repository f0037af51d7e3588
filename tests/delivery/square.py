"""The whole app, as a server opens it, on Plaza, in simulated time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aizuchi.app import App, open_app
from aizuchi.engines.sqlite import open_engine
from aizuchi.events import HttpRequest
from aizuchi.settings import Settings
from aizuchi.settings.sections import LimitSettings, ModelSettings, ServerSettings, WebSettings
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import AsgiClient, Response
from aizuchi.testing.plaza.platform import Plaza, Post

open_without_threads: Any = partial(open_engine, threads=False)
SETTINGS = Settings(
    model=ModelSettings(name="echo"),
    limits=LimitSettings(messages_per_minute=0),
    server=ServerSettings(surfaces=("plaza",)),
    web=WebSettings(enabled=False),
)


class Square:
    """Plaza, and an assistant that can be stopped and started again."""

    def __init__(self, settings: Settings, plaza: Plaza) -> None:
        self.settings, self.plaza = settings, plaza
        self.app: App | None = None
        self.works = asyncio.Event()

    @asynccontextmanager
    async def open(self, *, works: bool = True) -> AsyncIterator[None]:
        """The app is open; where it does not work, it only takes in."""
        async with open_app(self.settings, virtual_time.clock) as self.app:
            working = asyncio.create_task(self.app.run() if works else asyncio.Event().wait())
            try:
                yield
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def deliver(self, request: HttpRequest) -> Response:
        assert self.app
        headers = {name.decode(): value.decode() for name, value in request.headers}
        client = AsgiClient(self.app.asgi)
        return await client.request("POST", request.path, headers=headers, body=request.body)

    async def says(self, text: str, *, user: str = "ann", thread: str = "") -> str:
        """A person writes, and is heard; the message's reference."""
        request = self.plaza.says(user, text, thread=thread)
        assert (await self.deliver(request)).status == 200
        return [*self.plaza.posts][-1]

    def answers(self, thread: str) -> list[str]:
        return [post.text for post in self.posts(thread)]

    def posts(self, thread: str) -> list[Post]:
        return self.plaza.thread("C1", thread)
