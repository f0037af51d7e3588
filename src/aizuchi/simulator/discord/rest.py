"""A request to `/api/v10/…`: from bytes to an answer, in Discord's order of refusals."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aizuchi.simulator.discord.budgets import INVALID_AT_MOST, Budgets
from aizuchi.simulator.discord.calls import Asked, Call, Form, Made, form_of
from aizuchi.simulator.discord.commands import Created
from aizuchi.simulator.discord.faults import Fault
from aizuchi.simulator.discord.messages import Answer
from aizuchi.simulator.discord.refusals import RateLimited, Refused
from aizuchi.simulator.discord.routes import Route, find
from aizuchi.simulator.discord.state import State

USER_AGENT = re.compile(r"DiscordBot \(\S+ [^)]+\)")  # the comma is optional: discord.py has none
BANNED_FOR_S = 600
PASSED = {"via": "1.1 google"}  # without it discord.py takes a 429 for a ban by Cloudflare


class Replied(NamedTuple):
    """An answer on its way; `body` is None where there is none."""

    status: int
    body: Answer = None
    headers: Mapping[str, str] = {}


class Rest:
    """Answers calls, counts them against their budgets, and remembers them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.budgets = Budgets(state.points)

    def answer(self, asked: Asked, fault: Fault = Fault()) -> Replied:
        """Does what is asked, or what was ordered to go wrong with it."""
        found, now = find(asked.method, asked.path), self._state.clock()
        if found is None:
            return self._unknown(asked)
        route, ids = found
        if fault.lost == "call":
            return self._remember(route, ids, Form({}), Replied(0), fault)
        replied, form = self._replied(asked, route, ids, fault)
        self.budgets.note(replied.status, now, is_shared=fault.scope == "shared")
        headers = {**PASSED, **self.budgets.headers(route, ids, now), **replied.headers}
        return self._remember(route, ids, form, replied._replace(headers=headers), fault)

    def _replied(
        self, asked: Asked, route: Route, ids: Mapping[str, str], fault: Fault
    ) -> tuple[Replied, Form]:
        form = Form({})
        try:
            self._check_caller(asked, route)
            if broken := _broken(fault):
                return broken, form
            self.budgets.spend(route, ids, self._state.clock())
            form = form_of(asked)
            query = dict(parse_qsl(asked.query, keep_blank_values=True))
            body = route.does(self._state, Call(self._state.clock(), route.name, ids, form, query))
        except Refused as refused:
            return Replied(refused.status, refused.body), form
        except RateLimited as limited:
            return _limited(limited), form
        if fault.status:
            return Replied(fault.status), form
        return Replied(_good(body), body), form

    def _check_caller(self, asked: Asked, route: Route) -> None:
        """Raises Refused where nobody may call like this."""
        if self.budgets.invalid(self._state.clock()) >= INVALID_AT_MOST:
            self._state.complain("banned: 10,000 invalid calls in ten minutes")
            raise RateLimited(BANNED_FOR_S, "global")
        if not USER_AGENT.match(asked.headers.get("user-agent", "")):
            self._state.complain(f"User-Agent {asked.headers.get('user-agent', '')!r} is none")
            if not route.open or self._state.points.agents_of_answers_count:
                raise Refused(40333)
        given = asked.headers.get("authorization", "")
        if not route.open and given != f"Bot {self._state.bot_token}":
            raise Refused(0)

    def _unknown(self, asked: Asked) -> Replied:
        self._state.complain(f"{asked.method} {asked.path}: there is no such route here")
        body: dict[str, Any] = {"message": f"{asked.method} {asked.path} is not played", "code": 0}
        made = Made(self._state.clock(), f"{asked.method} {asked.path}", {}, {}, 501)
        self._state.calls.append(made)
        return Replied(501, body)

    def _remember(
        self, route: Route, ids: Mapping[str, str], form: Form, replied: Replied, fault: Fault
    ) -> Replied:
        code = replied.body.get("code", 0) if isinstance(replied.body, dict) else 0
        status, lost = replied.status, bool(fault.lost)
        is_error = status >= 400
        made = Made(
            self._state.clock(), route.name, ids, form.fields, status, code if is_error else 0, lost
        )
        self._state.calls.append(made)
        self._state.move()
        return replied


def _broken(fault: Fault) -> Replied | None:
    """What was ordered instead of an answer, before anything is done."""
    if fault.status == 429:
        raise RateLimited(fault.retry_after, fault.scope)
    if fault.code:
        raise Refused(fault.code, fault.status)
    return Replied(fault.status) if fault.status and not fault.is_done else None


def _limited(limited: RateLimited) -> Replied:
    headers = {
        "retry-after": str(max(1, round(limited.retry_after_s + 0.499))),
        "x-ratelimit-scope": limited.scope,
    }
    if limited.scope == "global":
        headers["x-ratelimit-global"] = "true"
    return Replied(429, limited.body, headers)


def _good(body: Answer) -> int:
    if body is None:
        return 204
    return 201 if isinstance(body, Created) else 200
