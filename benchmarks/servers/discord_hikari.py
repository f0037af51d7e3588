"""Peer: hikari's RESTBot, as its documentation shows it.

Usage: discord_hikari.py PUBLIC_KEY
"""

import asyncio
import socket
import sys
from importlib import import_module
from typing import Any

hikari: Any = import_module("hikari")


async def asked(interaction: Any) -> Any:
    return interaction.build_deferred_response()


async def main(public_key: str) -> None:
    bot = hikari.RESTBot("x", "Bot", public_key=public_key, banner=None, logs="WARNING")
    bot.set_listener(hikari.CommandInteraction, asked)
    listener = socket.create_server(("127.0.0.1", 0))
    await bot.start(socket=listener, check_for_updates=False)
    print("ready", listener.getsockname()[1], flush=True)
    await bot.join()


asyncio.run(main(sys.argv[1]))
