"""`aizuchi serve`: the server, for production."""

import argparse
import asyncio

from aizuchi.cli.common import base_address, is_verbose, load_settings, log_to_stderr
from aizuchi.cli.failures import INTERRUPTED
from aizuchi.cli.greeting import greeting
from aizuchi.hosts import process
from aizuchi.hosts.listening import listener
from aizuchi.hosts.parent import has_parent
from aizuchi.settings import Settings
from aizuchi.settings.home import prepare
from aizuchi.settings.memo import note_address

DESCRIPTION = """\
Serves the web chat and its API until SIGTERM or Ctrl-C. Told to stop, it lets running answers end
for a few seconds ([server] drain_s); what is then left goes on at the next start.
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    prepare(settings.home)
    log_to_stderr(settings, verbose=is_verbose(options))
    with listener(settings.server.host, settings.server.port) as socket:
        interrupted = asyncio.run(process.serve(settings, socket, _announce(settings)))
    return INTERRUPTED if interrupted else 0


def _announce(settings: Settings) -> process.Callback:
    async def announce() -> None:
        note_address(settings.home, base_address(settings))
        if not has_parent():
            print("\n".join(greeting(settings, "serve")), flush=True)

    return announce
