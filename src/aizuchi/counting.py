"""Counts what happens to all messages, for /metrics.

Every label has few values: no person, no place, nothing that a model or a user could make up.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import assert_never

from aizuchi.events import Message
from aizuchi.happenings import (
    Accepted,
    Claimed,
    EndWritten,
    Happening,
    ModelCalled,
    PlatformCalled,
    Settled,
    SignGiven,
    TextBegun,
    ToolCalled,
)
from aizuchi.metrics import Histogram, Labels, Metric

SIGN_S = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
TEXT_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
END_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)


class Counted:
    """The figures since the process began; a listener."""

    def __init__(self) -> None:
        new = defaultdict[Labels, float]
        self._answers, self._model_calls, self._tokens = new(float), new(float), new(float)
        self._tool_calls, self._platform_calls = new(float), new(float)
        self._sign, self._text, self._end = (
            defaultdict[Labels, Histogram](partial(Histogram, bounds))
            for bounds in (SIGN_S, TEXT_S, END_S)
        )

    def __call__(self, message: Message, happening: Happening) -> None:
        surface = ("surface", message.surface)
        match happening:
            case SignGiven(after_s):
                self._sign[surface,].observe(after_s)
            case TextBegun(after_s):
                self._text[surface,].observe(after_s)
            case ModelCalled():
                self._count_model(happening)
            case ToolCalled(name=name, failed=failed):
                self._tool_calls[("tool", name), ("result", "failed" if failed else "ok")] += 1
            case PlatformCalled(result=result):
                self._platform_calls[surface, ("result", result)] += 1
            case Settled(accepted_at, at, settlement=settlement):
                self._answers[surface, ("outcome", settlement.settled_as)] += 1
                self._end[surface,].observe(at - accepted_at)
            case Accepted() | Claimed() | EndWritten():
                pass
            case never:
                assert_never(never)

    def _count_model(self, call: ModelCalled) -> None:
        where = (("endpoint", call.endpoint), ("model", call.asked.model))
        self._model_calls[*where, ("result", call.error or "ok")] += 1
        if ending := call.ending:
            self._tokens[*where, ("direction", "read")] += ending.tokens_in
            self._tokens[*where, ("direction", "written")] += ending.tokens_out

    def metrics(self) -> Iterator[Metric]:
        for name, meaning, counted in (
            ("answers", "Messages in their end state, by outcome.", self._answers),
            ("model_calls", "Calls of a model, by what came of them.", self._model_calls),
            ("model_tokens", "Tokens that a model read and wrote in answers.", self._tokens),
            ("tool_calls", "Calls of tools, by what came of them.", self._tool_calls),
            (
                "platform_calls",
                "Calls of a chat platform, by what it said; busy is its 429.",
                self._platform_calls,
            ),
        ):
            yield Metric(f"aizuchi_{name}_total", "counter", meaning, counted)
        for name, meaning, measured in (
            ("first_sign", "From a message's arrival until a sign that it was heard.", self._sign),
            ("first_text", "From acceptance until the first words of the answer.", self._text),
            ("answer", "From acceptance until the message was in its end state.", self._end),
        ):
            yield Metric(f"aizuchi_{name}_seconds", "histogram", meaning, measured)
