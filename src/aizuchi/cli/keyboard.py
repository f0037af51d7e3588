"""The person at the keyboard of `aizuchi chat`: reads what is typed and does what is meant."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, assert_never

from aizuchi.cli.conversation import Conversation
from aizuchi.cli.failures import INTERRUPTED, report
from aizuchi.errors import AizuchiError
from aizuchi.settings.memo import (
    Question,
    forget_question,
    new_question,
    note_question,
    noted_question,
    terminal_chat,
)
from aizuchi.surfaces.terminal.inbound import HELP, Ask, Do, Unknown, Verb, goes_on, read, verdict

PROMPT, MORE = "› ", "… "
WELCOME = "Ask away. /help tells what else you can type, Ctrl-D ends."
ONCE_MORE = "Ctrl-C once more ends, and so does Ctrl-D."


class Keyboard:
    """One person; between two answers nothing runs here. `verbose` shows where errors come from."""

    def __init__(
        self,
        runner: asyncio.Runner,
        conversation: Conversation,
        home: Path,
        *,
        verbose: bool = False,
    ) -> None:
        self._runner, self._conversation, self._verbose = runner, conversation, verbose
        self._home, self._chat = home, terminal_chat(home)
        self._interrupts = 0

    def talk(self) -> int:
        """Until the person ends it; returns the exit code."""
        with suppress(ImportError):
            import readline  # noqa: F401 - it gives the prompt its arrow keys
        print(WELCOME)
        self._catch_up()
        goes_on = True
        while goes_on:
            try:
                goes_on = self._do(_typed())
            except EOFError:
                print()
                return 0
            except KeyboardInterrupt:
                print()
                self._interrupts += 1
                if self._interrupts > 1:
                    return INTERRUPTED
                print(ONCE_MORE)
        return 0

    def _catch_up(self) -> None:
        """Shows what is still to be answered from the last time."""
        if question := noted_question(self._home, self._chat):
            _tell_question(question.text)
            self._ask(question)
            forget_question(self._home)  # what goes wrong twice is not tried at every start
        self._run(self._conversation.catch_up(self._chat, _tell_question))
        if asked := self._run(self._conversation.look_for_question(self._chat)):
            print(asked, end="")

    def _ask(self, question: Question) -> None:
        note_question(self._home, question)
        if self._run(self._conversation.ask(question)):
            forget_question(self._home)
        print()

    def _do(self, typed: str) -> bool:
        """Does what is meant; returns whether the conversation goes on."""
        self._interrupts = 0
        if self._conversation.question and (said := verdict(typed)):
            self._run(self._conversation.decide(self._chat, said))
            print()
            return True
        match read(typed):
            case Ask(text):
                self._ask(new_question(self._chat, text))
            case Do(verb):
                return self._do_here(verb)
            case Unknown(name):
                print(f"There is no /{name}. /help tells what there is.")
            case None:
                pass
        return True

    def _do_here(self, verb: Verb) -> bool:
        match verb:
            case "new":
                self._chat = terminal_chat(self._home, new=True)
                print("This is another conversation.")
            case "stop":
                self._run(self._conversation.stop(self._chat))
                print("Nothing is being answered now.")
            case "help":
                print(HELP)
            case "quit":
                return False
            case _:
                assert_never(verb)
        return True

    def _run(self, work: Coroutine[Any, Any, object]) -> object:
        """Waits for an answer; an error is told, and the conversation goes on."""
        try:
            return self._runner.run(work)
        except AizuchiError as error:
            report(error, verbose=self._verbose)
            return None
        finally:
            self._interrupts = int(self._conversation.was_interrupted)


def _tell_question(question: str) -> None:
    print(f"{PROMPT}{question}")


def _typed() -> str:
    """What the person types, over several lines where each but the last ends in a backslash."""
    line = input(PROMPT)
    lines = [line]
    while goes_on(lines[-1]):
        lines[-1] = lines[-1][:-1]
        lines.append(input(MORE))
    return "\n".join(lines)
