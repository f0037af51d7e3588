"""`aizuchi dev`: the server, started again whenever what it is written in changes."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from socket import socket

from aizuchi.cli.common import bot_files, load_settings, passed_on
from aizuchi.cli.dev.beside import run_beside
from aizuchi.cli.dev.child import Child, launch
from aizuchi.cli.dev.link import open_line
from aizuchi.cli.dev.model import look_after_model
from aizuchi.cli.dev.notices import Notices
from aizuchi.cli.dev.simulators import Simulators
from aizuchi.cli.dev.supervisor import Order, Supervisor
from aizuchi.cli.dev.watching import Watch
from aizuchi.cli.failures import INTERRUPTED, lines
from aizuchi.cli.greeting import greeting
from aizuchi.errors import SettingsError
from aizuchi.hosts.listening import bind
from aizuchi.settings import Settings
from aizuchi.settings.home import prepare

DESCRIPTION = """\
Serves the assistant on this machine, and prints the address to open. It starts again whenever
aizuchi.toml changes, and after a crash; an answer that is cut off goes on afterwards.

Without a model of yours it fetches a tiny demo model once, and repeats what you say meanwhile.
"""
CLOSING = "Ctrl-C ends it. It starts again whenever aizuchi.toml changes."


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    prepare(settings.home)
    with bind(settings.server.host, settings.server.port) as listener:
        return asyncio.run(_Dev(options, settings, listener).run())


class _Dev:
    """The parent: it holds the socket, so that nobody is refused while the server starts again."""

    def __init__(self, options: argparse.Namespace, settings: Settings, listener: socket) -> None:
        self._options, self._settings, self._listener = options, settings, listener
        self._notices = Notices(sys.stdout)
        self._supervisor = Supervisor(self._launch, self._notices.say, settings.server.drain_s)
        self._simulators = Simulators(settings)
        self._greeted = asyncio.Event()
        self._interrupted = False

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        loop.add_signal_handler(signal.SIGTERM, self._stop)
        async with open_line(self._ready, self._kill) as self._line, asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self._reload_on_change()),
                tasks.create_task(self._simulators.run()),
                tasks.create_task(look_after_model(self._settings, self._notices, self._greeted)),
                tasks.create_task(run_beside(self._notices, self._greeted)),
            ]
            await self._supervisor.run()
            for task in beside:
                task.cancel()
        self._simulators.close()
        return INTERRUPTED if self._interrupted else 0

    async def _launch(self) -> Child:
        arguments = passed_on(self._options)
        keys = self._simulators.environment
        return await launch(arguments, self._listener, self._line, keys, self._notices.quote)

    def _ready(self) -> None:
        if self._greeted.is_set():
            self._notices.say("It runs again.")
            return
        self._notices.title("aizuchi")
        for line in greeting(self._settings, "dev"):
            self._notices.say(line)
        for line in self._simulators.greeting():
            self._notices.say(line)
        self._notices.say(f"  {CLOSING}")
        self._greeted.set()

    def _kill(self) -> None:
        self._supervisor.tell(Order.KILL)

    def _reload(self) -> None:
        self._supervisor.tell(Order.RELOAD)

    def _interrupt(self) -> None:
        self._interrupted = True
        self._stop()

    def _stop(self) -> None:
        self._supervisor.tell(Order.STOP)

    async def _reload_on_change(self) -> None:
        watch = Watch(bot_files(self._options))
        while True:
            files = await watch.next_change()
            if self._is_sound(files):
                self._reload()

    def _is_sound(self, files: list[Path]) -> bool:
        """Whether the settings can be used; where not, the server stays as it is."""
        names = ", ".join(str(file) for file in files)
        try:
            load_settings(self._options)
        except SettingsError as error:
            what, mend = lines(error)
            self._notices.say(f"{what} {mend} Until then it runs as it was.")
            return False
        self._notices.say(f"{names} changed. It starts again.")
        return True
