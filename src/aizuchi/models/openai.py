"""Any OpenAI-compatible endpoint, streamed through one HTTP client per process."""

import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import httpx2

from aizuchi.attachments import data_url
from aizuchi.errors import (
    ModelCut,
    ModelError,
    ModelMalformed,
    ModelNotFound,
    ModelSilent,
    ModelUnreachable,
    SettingsError,
)
from aizuchi.happenings import Asked
from aizuchi.models import failures
from aizuchi.models.failures import Endpoint, Names, names_in
from aizuchi.models.patience import Patience
from aizuchi.models.reading import Limits, Reading
from aizuchi.models.toolcalls import calls_asked, tools_of
from aizuchi.models.wire import open_client, proxy_for
from aizuchi.ports import Declared, Part, PromptMessage, Text
from aizuchi.tracing import asks

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-5-mini"

REFUSAL_BYTES = 64 * 1024
REFUSAL_S = 0.5


logger = logging.getLogger(__name__)

NO_TOOLS = (400, 404, 422, 500, 501)
"""How endpoints and models that know no tools refuse them; vLLM, Ollama, llama.cpp, OpenRouter."""


class Dialect(NamedTuple):
    """Where endpoints differ: found out by being refused once, kept once it works."""

    usage: bool = True
    tools: bool = True
    limit: str = "max_tokens"


class OpenAIModel:
    """A model behind `base_url`, which includes `/v1`; without a name, the first one it serves.

    Times in seconds: `connect_s` for the connection, `first_token_s` until the model speaks or
    thinks, `idle_s` between two signs of it. Nothing is asked twice here: that is the agent's.
    A mend names the settings of `section`.
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: str,
        api_key: str = "",
        organization: str = "",
        temperature: float | None = None,
        max_tokens: int | None = None,
        connect_s: float = 3.0,
        first_token_s: float = 60.0,
        idle_s: float = 30.0,
        section: str = "model",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._names = names_in(section)
        self._url = _parsed(base_url, self._names)
        proxy_for(self._url)  # one that cannot be used is told at the start
        self._key, self._organization = _checked(api_key, self._names), organization
        self._model = model
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._connect_s = connect_s
        self._limits = Limits(first_token_s, idle_s)
        self._clock = clock
        self._dialect = Dialect()
        self._client: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"OpenAIModel({self.label!r}, {self._endpoint.address})"

    @property
    def label(self) -> str:
        return self._model or "the endpoint's first model"

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        patience = Patience()
        try:
            deadline = patience.now() + self._limits.first_token_s
            response = await self._ask(prompt, tools, patience, deadline)
            reading = Reading(response, self._endpoint, self._limits, patience, deadline)
            try:
                while text := await reading.text():
                    yield Text(text)
                ending = reading.ending()
                for call in reading.calls():
                    yield call
                yield ending
                await reading.drain()
            finally:
                await reading.aclose()
        except (httpx2.RequestError, TimeoutError) as error:
            raise self._broken(error) from None
        except ModelError as error:
            error.detail = self._without_key(error.detail)
            raise
        finally:
            patience.close()

    async def aclose(self) -> None:
        """Closes every connection; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    # ── asking ────────────────────────────────────────────────────────────────

    async def _ask(
        self,
        prompt: Sequence[PromptMessage],
        tools: Sequence[Declared],
        patience: Patience,
        deadline: float,
    ) -> httpx2.Response:
        """The answer's head; asked again only in other words where the endpoint wants others."""
        if not self._model:
            self._model = await self._first_model(patience, deadline)
        asks(Asked(self.label, "openai", self._endpoint.address))
        dialect = self._dialect
        while True:
            body = self._body(prompt, tools, dialect)
            response = await self._send("POST", "chat/completions", body, patience, deadline)
            if response.is_success:
                self._dialect = dialect
                return response
            said = await _beginning(response, patience)
            if tools and dialect.tools and _knows_no_tools(response.status_code, said):
                logger.warning("%s knows no tools, so it is asked without", self.label)
                dialect = dialect._replace(tools=False)
                continue
            if (simpler := _simpler(dialect, response.status_code, said)) == dialect:
                raise self._refusal(response, said, pictured=any(each.images for each in prompt))
            dialect = simpler

    async def _first_model(self, patience: Patience, deadline: float) -> str:
        response = await self._send("GET", "models", None, patience, deadline)
        said = await _beginning(response, patience)
        if not response.is_success:
            raise self._refusal(response, said)
        try:
            return str(json.loads(said)["data"][0]["id"])
        except (ValueError, LookupError, TypeError):
            what = "{address} does not say which models it has. Set {name} to openai:<model>."
            raise failures.told(
                ModelNotFound, self._endpoint, what, said[:300].decode("utf-8", "replace")
            ) from None

    async def _send(
        self, method: str, path: str, body: bytes | None, patience: Patience, deadline: float
    ) -> httpx2.Response:
        if self._client is None:
            self._client = open_client(self._url, connect_s=self._connect_s)
        url = self._url.copy_with(path=f"{self._url.path.rstrip('/')}/{path}")
        headers = {"accept": "text/event-stream, application/json", "accept-encoding": "identity"}
        if body is not None:
            headers["content-type"] = "application/json"
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        if self._organization:
            headers["openai-organization"] = self._organization
        request = self._client.build_request(method, url, content=body, headers=headers)
        return await patience.until(deadline, self._client.send(request, stream=True))

    def _body(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared], dialect: Dialect
    ) -> bytes:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [_line(message) for message in prompt],
            "stream": True,
        }
        if dialect.tools:
            request |= tools_of(prompt, tools)
        if dialect.usage:
            request["stream_options"] = {"include_usage": True}
        if self._temperature is not None:
            request["temperature"] = self._temperature
        if self._max_tokens is not None:
            request[dialect.limit] = self._max_tokens
        return json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")

    # ── what can go wrong ─────────────────────────────────────────────────────

    @property
    def _endpoint(self) -> Endpoint:
        shown = self._url.copy_with(query=None, fragment=None)
        return Endpoint(str(shown).rstrip("/"), self.label, bool(self._key), self._names)

    def _refusal(
        self, response: httpx2.Response, said: bytes, *, pictured: bool = False
    ) -> ModelError:
        status, headers = response.status_code, response.headers
        error = failures.of_status(self._endpoint, status, headers, said, now=self._clock())
        return failures.of_pictures(self._endpoint, status, error) if pictured else error

    def _broken(self, error: httpx2.RequestError | TimeoutError) -> ModelError:
        kind, what = next((kind, what) for how, kind, what in _BREAKS if isinstance(error, how))
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            what = UNTRUSTED
        detail = self._without_key(f"{type(error).__name__}: {error}")
        return failures.told(kind, self._endpoint, what, detail)

    def _without_key(self, detail: str) -> str:
        return detail.replace(self._key, "•••") if self._key else detail


def _line(message: PromptMessage) -> dict[str, Any]:
    """A line of the prompt as the API has it."""
    match message:
        case PromptMessage("assistant", text, calls) if calls:
            said = {"role": "assistant", "content": text or None}
            return {**said, "tool_calls": calls_asked(calls)}
        case PromptMessage("tool", text):
            return {"role": "tool", "tool_call_id": message.call_id, "content": text}
        case _ if message.images:
            shown = [
                {"type": "image_url", "image_url": {"url": data_url(one)}} for one in message.images
            ]
            words = [{"type": "text", "text": message.text}] if message.text else []
            return {"role": message.role, "content": [*words, *shown]}
        case _:
            return {"role": message.role, "content": message.text}


def _parsed(base_url: str, names: Names) -> httpx2.URL:
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(
            f'"{base_url}" is no address of a model endpoint.',
            f"Set {names.url} to one such as http://127.0.0.1:11434/v1.",
        )
    if url.userinfo:
        raise SettingsError(
            f"The address of the model endpoint at {url.host} holds a password.",
            f"Take it out of {names.url} and set {names.key}.",
        )
    return url


def _checked(api_key: str, names: Names) -> str:
    key = api_key.strip()
    if not (key.isascii() and (key.isprintable() or not key)):
        raise SettingsError(
            "The key of the model endpoint has characters that no key has.",
            f"Set {names.key} again, as the endpoint shows it.",
        )
    return key


def _knows_no_tools(status: int, said: bytes) -> bool:
    """Whether the endpoint, or this model there, was only refused for being told of tools."""
    words = said.lower()
    return status in NO_TOOLS and b"tool" in words and (b"support" in words or b"require" in words)


def _simpler(dialect: Dialect, status: int, said: bytes) -> Dialect:
    """What is left to try after a refusal that names one of our parameters."""
    if status not in (400, 422):
        return dialect
    if b"stream_options" in said or b"include_usage" in said:
        return dialect._replace(usage=False)
    if b"max_completion_tokens" in said:
        return dialect._replace(limit="max_completion_tokens")
    return dialect


async def _beginning(response: httpx2.Response, patience: Patience) -> bytes:
    """What a refusal says, as far as it says it soon."""
    said = b""
    pieces = response.aiter_bytes()
    deadline = patience.now() + REFUSAL_S
    with suppress(TimeoutError, httpx2.RequestError):
        while len(said) < REFUSAL_BYTES and (
            piece := await patience.until(deadline, anext(pieces, b""))
        ):
            said += piece
    await pieces.aclose()
    await response.aclose()
    return said[:REFUSAL_BYTES]


UNTRUSTED = (
    "The certificate of {address} is signed by nobody whom this machine trusts. "
    "Set SSL_CERT_FILE to the certificate of its authority."
)
_BREAKS: tuple[tuple[tuple[type[Exception], ...], type[ModelError], str], ...] = (
    (
        (httpx2.ProxyError,),
        ModelUnreachable,
        "The proxy does not let us through to {address}. Check HTTPS_PROXY or HTTP_PROXY, "
        "or name the address in NO_PROXY.",
    ),
    (
        (httpx2.ConnectError, httpx2.ConnectTimeout),
        ModelUnreachable,
        "Nothing answers at {address}. Start the server there, or set {url}.",
    ),
    (
        (TimeoutError,),
        ModelSilent,
        "“{model}” at {address} fell silent. "
        "Wait, or allow it more time ({section} first_token_s, idle_s).",
    ),
    (
        (httpx2.DecodingError,),
        ModelMalformed,
        "What answers at {address} does not speak HTTP. Check {url}.",
    ),
    (
        (httpx2.RequestError,),
        ModelCut,
        "The connection to “{model}” at {address} broke off before the answer's end.",
    ),
)
