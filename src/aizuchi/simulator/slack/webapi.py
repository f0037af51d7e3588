"""A request to `/api/<method>`: from bytes to an answer, in Slack's order of refusals."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aizuchi.simulator.slack.budgets import Budgets
from aizuchi.simulator.slack.calls import Call, Made
from aizuchi.simulator.slack.methods import METHODS, Method
from aizuchi.simulator.slack.refusals import RateLimited, Refused, invalid
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Token

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
EVERYWHERE = ("token", "team_id")


class Asked(NamedTuple):
    """A request as it came; the names of its headers in small letters."""

    method: str
    headers: Mapping[str, str]
    query: str
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Answer(NamedTuple):
    status: int
    body: dict[str, Any]
    headers: Mapping[str, str] = {}

    @property
    def error(self) -> str:
        return str(self.body.get("error", ""))


class WebApi:
    """Answers calls, counts them against their budgets, and remembers them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._budgets = Budgets(state.points)

    def answer(self, asked: Asked, *, lost: bool = False) -> Answer:
        """Does what is asked; `lost` says that nobody will get the answer."""
        arguments: dict[str, Any] = {}
        token: Token | None = None
        try:
            method = self._method(asked.method)
            arguments = _arguments(asked)
            token = self._token(asked, arguments, method)
            call = self._call(asked, arguments, token)
            answer = self._done(call, method, asked)
        except Refused as refused:
            answer = Answer(200, refused.body)
        except RateLimited as limited:
            answer = self.limited(limited.retry_after_s)
        scopes = {"x-oauth-scopes": ",".join(sorted(token.scopes))} if token else {}
        self.remember(asked, arguments, answer, lost=lost)
        return answer._replace(headers={**scopes, **answer.headers})

    def limited(self, retry_after_s: int) -> Answer:
        """Too many calls, in the form that this Slack gives it."""
        if self._state.points.rate_limited == "200":
            return Answer(200, {"ok": False, "error": "rate_limited"})
        wait = {"retry-after": str(retry_after_s)}
        return Answer(429, {"ok": False, "error": "ratelimited"}, wait)

    def remember(
        self, asked: Asked, arguments: Mapping[str, Any], answer: Answer, *, lost: bool = False
    ) -> None:
        kept = {name: value for name, value in arguments.items() if name != "token"}
        made = Made(self._state.clock(), asked.method, kept, answer.error, lost)
        self._state.calls.append(made)
        self._state.move()

    def _method(self, name: str) -> Method:
        method = METHODS.get(name)
        if method is None:
            self._state.complain(f"{name}: there is no such method here")
            raise Refused("unknown_method", req_method=name)
        return method

    def _token(self, asked: Asked, arguments: dict[str, Any], method: Method) -> Token:
        bearer = asked.headers.get("authorization", "").partition("Bearer ")[2].strip()
        value = bearer or str(arguments.pop("token", ""))
        if not value:
            raise Refused("not_authed")
        token = self._state.tokens.get(value)
        if token is None:
            raise Refused("invalid_auth")
        if token.revoked:
            raise Refused(token.revoked)
        if not value.startswith(method.token):
            raise Refused("not_allowed_token_type")
        if method.scope and method.scope not in token.scopes:
            provided = ",".join(sorted(token.scopes))
            raise Refused("missing_scope", needed=method.scope, provided=provided)
        return token

    def _call(self, asked: Asked, arguments: dict[str, Any], token: Token) -> Call:
        team = self._state.teams.get(token.team) or next(iter(self._state.teams.values()))
        return Call(self._state.clock(), asked.method, arguments, token, team)

    def _done(self, call: Call, method: Method, asked: Asked) -> Answer:
        self._budgets.spend(call, method)
        if method.reads and asked.kind == JSON:
            raise invalid(*(f"missing required field: {name}" for name in method.required))
        missing = [name for name in method.required if not call.arguments.get(name)]
        if missing:
            raise invalid(*(f"missing required field: {name}" for name in missing))
        for name in call.arguments.keys() - {*method.required, *method.optional, *EVERYWHERE}:
            self._state.complain(f"{call.method} knows no argument {name!r}")
        body = {"ok": True, **method.does(self._state, call)}
        if asked.kind == JSON and "charset" not in asked.headers["content-type"]:
            body.setdefault("warning", "missing_charset")
        return Answer(200, body)


def _arguments(asked: Asked) -> dict[str, Any]:
    """The arguments of a form, of JSON, and of the address."""
    given: dict[str, Any] = dict(parse_qsl(asked.query, keep_blank_values=True))
    if asked.kind == JSON:
        return given | _json_arguments(asked.body)
    if asked.kind in (FORM, ""):
        try:
            form = asked.body.decode()
        except UnicodeDecodeError:
            raise Refused("invalid_form_data") from None
        return given | dict(parse_qsl(form, keep_blank_values=True))
    raise Refused("invalid_post_type")


def _json_arguments(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # half a character is none
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return {name: one for name, one in value.items() if one is not None}
