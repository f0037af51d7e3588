"""How Discord's API says no."""

from collections.abc import Mapping
from typing import Any, Literal

Scope = Literal["user", "global", "shared"]
Problem = tuple[str, str]
"""An error within a form: its code, and what it says."""

MEANING: Mapping[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    40094: (400, "This interaction has reached its maximum number of follow-up messages"),
    40333: (403, "internal network error"),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50109: (400, "The request body contains invalid JSON."),
    160002: (403, "Cannot reply without permission to read message history"),
}
"""Status and words of each code, after `developers/topics/opcodes-and-status-codes.mdx`."""


class Refused(Exception):
    """An answer that says no; the status is that of the code, unless another is given."""

    def __init__(self, code: int, status: int = 0, errors: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        usual, words = MEANING[code]
        self.status, self.code = status or usual, code
        self.body: dict[str, Any] = {"message": words, "code": code}
        if errors:
            self.body["errors"] = errors


class RateLimited(Exception):
    """Too many calls of one bucket, of the bot, or of everybody who uses a resource."""

    def __init__(self, retry_after_s: float, scope: Scope = "user") -> None:
        super().__init__(retry_after_s)
        self.retry_after_s, self.scope = retry_after_s, scope

    @property
    def body(self) -> dict[str, Any]:
        what = "The resource is" if self.scope == "shared" else "You are"
        return {
            "message": f"{what} being rate limited.",
            "retry_after": round(self.retry_after_s, 3),
            "global": self.scope == "global",
        }


class Problems:
    """What is wrong with a form, by the path to each field: `options.0.name`."""

    def __init__(self) -> None:
        self._found: list[tuple[str, Problem]] = []

    def add(self, path: str, code: str, words: str) -> None:
        self._found.append((path, (code, words)))

    def length(self, path: str, value: str, least: int, most: int) -> None:
        """Complains of a text that is too short or too long."""
        if least <= len(value) <= most:
            return
        if least:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def required(self, path: str) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choice(self, path: str, choices: tuple[Any, ...]) -> None:
        self.add(
            path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, choices))}}}."
        )

    def check(self) -> None:
        """Raises Refused where something was found, with Discord's nested errors."""
        if self._found:
            raise Refused(50035, errors=self.nested())

    def nested(self) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        for path, (code, words) in self._found:
            place = errors
            for step in path.split(".") if path else ():
                place = place.setdefault(step, {})
            place.setdefault("_errors", []).append({"code": code, "message": words})
        return errors


def invalid(path: str, code: str, words: str) -> Refused:
    """A form with one thing wrong in it."""
    problems = Problems()
    problems.add(path, code, words)
    return Refused(50035, errors=problems.nested())
