"""Plaza itself: channels, threads and messages, a web API with limits, and a person's view."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from aizuchi.events import HttpRequest
from aizuchi.testing.plaza.inbound import SIGNATURE, TIMESTAMP, signature

TEAM = "T1"
BOT = "aizuchi"
LONGEST_MESSAGE = 2_000
STREAM_LIVES_S = 300.0
WORKING_LASTS_S = 120.0
CALLS_PER_MINUTE = {"post": 60, "edit": 50, "open": 20, "append": 100, "close": 20, "history": 50}


class Trouble(NamedTuple):
    """What goes wrong with one call: it never arrives, its reply is lost, or it is answered with
    an error."""

    kind: Literal["lost", "reply_lost", "error"]
    error: str = ""
    retry_after: float = 0.0


class Call(NamedTuple):
    """A call of the web API, and when it left (seconds since the epoch)."""

    at: float
    method: str
    arguments: Mapping[str, Any]


class Post:
    """A message as Plaza keeps it."""

    __slots__ = (
        "at",
        "author",
        "channel",
        "files",
        "key",
        "ref",
        "stopped",
        "stream",
        "text",
        "thread",
    )

    def __init__(
        self, ref: str, author: str, channel: str, thread: str, text: str, at: float, key: str
    ) -> None:
        self.ref, self.author, self.channel, self.thread = ref, author, channel, thread
        self.text, self.at, self.key = text, at, key
        self.files: dict[str, str] = {}
        self.stream = False
        self.stopped = False


class Plaza:
    """The platform. `trouble` may spoil any call: it gets the number of the call and its method.

    `call` is the web API: a reply with `ok`, or with an `error`; ConnectionError where none came.
    """

    def __init__(self, clock: Callable[[], float], secret: str = "plaza-secret") -> None:
        self.calls: list[Call] = []
        self.posts: dict[str, Post] = {}
        self.deleted: list[str] = []
        self.archived: set[str] = set()
        self.forbidden: set[str] = set()
        self.working: dict[tuple[str, str], tuple[str, float]] = {}
        self.round_trip_s = 0.0
        self.longest = LONGEST_MESSAGE
        self.refused_calls = 0
        self.trouble: Callable[[int, str], Trouble | None] = lambda number, method: None
        self._clock = clock
        self._secret = secret
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._last_ref = 0

    # ── what people do ────────────────────────────────────────────────────────

    def says(self, user: str, text: str, *, channel: str = "C1", thread: str = "") -> HttpRequest:
        """A person writes; the signed request that tells us."""
        post = self._add(user, channel, thread, text)
        return self.event("message", post.ref, user, text, channel=channel, thread=thread)

    def presses_stop(self, ref: str, user: str = "ann") -> HttpRequest:
        """A reader stops an answer; the signed request that tells us."""
        post = self.posts[ref]
        post.stopped, post.stream = True, False
        return self.event("stop", ref, user, "", channel=post.channel, thread=post.thread)

    def event(
        self, kind: str, ref: str, user: str, text: str, *, channel: str = "C1", thread: str = ""
    ) -> HttpRequest:
        fields = {"type": kind, "team": TEAM, "channel": channel, "thread": thread}
        return self.signed(json.dumps({**fields, "id": ref, "user": user, "text": text}).encode())

    def signed(self, body: bytes, *, at: float | None = None) -> HttpRequest:
        """A request as Plaza signs it, now or at another time."""
        timestamp = str(int(self._clock() if at is None else at)).encode()
        mac = signature(self._secret.encode(), timestamp, body)
        headers = ((TIMESTAMP, timestamp), (SIGNATURE, mac))
        return HttpRequest("POST", "/plaza/events", "", headers, body)

    # ── what people see ───────────────────────────────────────────────────────

    def thread(self, channel: str, thread: str, author: str = BOT) -> list[Post]:
        """The messages of a thread by one author, oldest first."""
        return [
            post
            for post in self.posts.values()
            if (post.channel, post.thread, post.author) == (channel, thread, author)
        ]

    def transcript(self, channel: str = "C1") -> str:
        """A channel as a person sees it."""
        lines = [
            f"{post.author}: {post.text}" + "".join(f" [{name}]" for name in post.files)
            for post in self.posts.values()
            if post.channel == channel
        ]
        return "\n".join(lines)

    # ── the web API ───────────────────────────────────────────────────────────

    async def call(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append(Call(self._clock(), method, arguments))
        await asyncio.sleep(self.round_trip_s / 2)
        try:
            return self._reached(self.trouble(len(self.calls), method), method, arguments)
        finally:
            await asyncio.sleep(self.round_trip_s / 2)

    def _reached(
        self, trouble: Trouble | None, method: str, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if trouble and trouble.kind == "lost":
            raise ConnectionError("the call never arrived")
        if trouble and trouble.kind == "error":
            return {"ok": False, "error": trouble.error, "retry_after": trouble.retry_after}
        reply = self._answer(method, arguments)
        if trouble:
            raise ConnectionError("the reply was lost")
        return reply

    def _answer(self, method: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if method in self.forbidden:
            return _error(f"no_{method}")
        if wait_s := self._over_budget(method, arguments):
            self.refused_calls += 1
            return {**_error("busy"), "retry_after": wait_s}
        answer: Callable[..., Mapping[str, Any]] | None = getattr(self, f"_do_{method}", None)
        if answer is None:
            return _error("unknown_method")
        if arguments["channel"] in self.archived and method != "history":
            return _error("archived")
        return answer(**arguments)

    def _over_budget(self, method: str, arguments: Mapping[str, Any]) -> float:
        """Seconds until the call would be within its budget: so many in any minute."""
        budget = f"post:{arguments['channel']}" if method == "post" else method
        recent, now = self._recent[budget], self._clock()
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= CALLS_PER_MINUTE.get(method, 1_000):
            return recent[0] + 60 - now
        recent.append(now)
        return 0.0

    def _do_working(self, channel: str, thread: str, text: str) -> Mapping[str, Any]:
        self.working[channel, thread] = (text, self._clock() + WORKING_LASTS_S)
        return {"ok": True}

    def _do_post(self, channel: str, thread: str, text: str, key: str) -> Mapping[str, Any]:
        return self._unfit(text) or _sent(self._add(BOT, channel, thread, text, key))

    def _do_open(self, channel: str, thread: str, text: str) -> Mapping[str, Any]:
        if unfit := self._unfit(text):
            return unfit
        post = self._add(BOT, channel, thread, text)
        post.stream = True
        return _sent(post)

    def _do_edit(self, channel: str, thread: str, ref: str, text: str) -> Mapping[str, Any]:
        post = self.posts.get(ref)
        if post is None:
            return _error("not_found")
        if self._is_streaming(post):
            return _error("streaming")
        if unfit := self._unfit(text):
            return unfit
        post.text, post.stream = text, False
        return _sent(post)

    def _do_delete(self, channel: str, thread: str, ref: str) -> Mapping[str, Any]:
        post = self.posts.pop(ref, None)
        if post is None:
            return _error("not_found")
        self.deleted.append(ref)
        return _sent(post)

    def _do_append(self, channel: str, thread: str, ref: str, text: str) -> Mapping[str, Any]:
        return self._grow(ref, text, closes=False)

    def _do_close(self, channel: str, thread: str, ref: str, text: str) -> Mapping[str, Any]:
        return self._grow(ref, text, closes=True)

    def _do_attach(
        self, channel: str, thread: str, ref: str, name: str, text: str
    ) -> Mapping[str, Any]:
        post = self.posts.get(ref)
        if post is None:
            return _error("not_found")
        post.files[name] = text
        return _sent(post)

    def _do_history(self, channel: str, thread: str, since: float) -> Mapping[str, Any]:
        posts = [post for post in self.thread(channel, thread) if post.at >= since]
        return {
            "ok": True,
            "messages": [{"ref": post.ref, "key": post.key, "at": post.at} for post in posts],
        }

    def _grow(self, ref: str, text: str, *, closes: bool) -> Mapping[str, Any]:
        post = self.posts.get(ref)
        if post is None:
            return _error("not_found")
        if post.stopped:
            return _error("stopped_by_reader")
        if not self._is_streaming(post):
            return _error("not_streaming")
        if len(post.text + text) > self.longest:
            return _error("too_long")
        post.text += text
        post.stream = not closes
        return _sent(post)

    def _unfit(self, text: str) -> Mapping[str, Any] | None:
        if not text.strip():
            return _error("no_text")
        return _error("too_long") if len(text) > self.longest else None

    def _is_streaming(self, post: Post) -> bool:
        return post.stream and self._clock() < post.at + STREAM_LIVES_S

    def _add(self, author: str, channel: str, thread: str, text: str, key: str = "") -> Post:
        self._last_ref += 1
        ref = f"m{self._last_ref}"
        post = Post(ref, author, channel, thread or ref, text, self._clock(), key)
        self.posts[ref] = post
        if author == BOT:
            self.working.pop((channel, post.thread), None)
        return post

    def open_streams(self) -> Sequence[Post]:
        """Messages that still look as if more would come."""
        return [post for post in self.posts.values() if post.stream]


def _sent(post: Post) -> Mapping[str, Any]:
    return {"ok": True, "ref": post.ref}


def _error(code: str) -> Mapping[str, Any]:
    return {"ok": False, "error": code}
