"""Agents of other frameworks as a brain, told by what they can do; none is imported unused."""

import inspect
from importlib import import_module
from typing import Any, cast

from aizuchi.brain import Brain
from aizuchi.errors import BotError

KINDS = (
    ("run_stream_events", "aizuchi.brains.pydantic_ai"),
    ("astream", "aizuchi.brains.langchain"),
)
"""By which method an agent is known, and what makes a brain of it."""


def brain_of(given: Any) -> Brain:
    """The brain that an async generator function is, or an agent.

    Raises:
        BotError: it is none of them.
    """
    if inspect.isasyncgenfunction(given):
        return cast("Brain", given)
    for method, module in KINDS:
        if hasattr(given, method):
            brain: Brain = import_module(module).brain_of(given)
            return brain
    name = getattr(given, "__qualname__", type(given).__name__)
    raise BotError(
        f"{name} cannot answer: it is no async generator, and no agent that is known here.",
        "Write async def answer(turn), and yield pieces of text in it.",
    )
