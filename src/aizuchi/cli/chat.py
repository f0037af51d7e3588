"""`aizuchi chat`: the assistant in a terminal."""

import argparse
import asyncio
import sys

from aizuchi.cli.common import is_verbose, load_settings, passed_on
from aizuchi.cli.conversation import Conversation
from aizuchi.cli.failures import FAILED, INTERRUPTED
from aizuchi.cli.invocation import command_name
from aizuchi.cli.keyboard import Keyboard
from aizuchi.cli.local_server import LocalServer
from aizuchi.cli.paper import paper_for
from aizuchi.settings.home import prepare
from aizuchi.settings.memo import new_question, terminal_chat
from aizuchi.surfaces.terminal.inbound import question

DESCRIPTION = """\
Talks to the assistant in this terminal, and goes on where you left off. It uses the server that
runs here, or starts one until you leave. Ctrl-C stops an answer, Ctrl-D ends.

  echo "What is an aizuchi?" | {command} chat        prints the answer, and nothing else
"""


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION.format(command=command_name())
    parser.add_argument("--new", action="store_true", help="begin another conversation")


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    prepare(settings.home)
    chat = terminal_chat(settings.home, new=options.new)
    server = LocalServer(settings, passed_on(options))
    try:
        with asyncio.Runner() as runner:
            conversation = runner.run(Conversation.open(server, paper_for(sys.stdout)))
            try:
                if not sys.stdin.isatty():
                    return _answer_pipe(runner, conversation, chat)
                verbose = is_verbose(options)
                return Keyboard(runner, conversation, settings.home, verbose=verbose).talk()
            finally:
                runner.run(conversation.close())
    finally:
        server.close()


def _answer_pipe(runner: asyncio.Runner, conversation: Conversation, chat: str) -> int:
    """Answers all that comes from a pipe as one message."""
    text = question(sys.stdin.read())
    ending = runner.run(conversation.ask(new_question(chat, text))) if text else "answered"
    if conversation.was_interrupted:
        return INTERRUPTED
    return 0 if ending in ("answered", "asks") else FAILED
