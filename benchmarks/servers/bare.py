"""An ASGI app on uvicorn as it comes: what a floor stands on, so that nothing of ours is in it."""

import uvicorn
from starlette.types import ASGIApp

from aizuchi.hosts.listening import bind


async def serve_bare(app: ASGIApp) -> None:
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(
        app, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    print("ready", listener.getsockname()[1], flush=True)
    await uvicorn.Server(config).serve([listener])
