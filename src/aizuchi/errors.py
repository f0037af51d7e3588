"""Every error aizuchi raises on purpose: what happened, with its value, then the mend.

AizuchiError
├── SettingsError            aizuchi.toml or the environment says something that cannot be
├── PlugNotFound             a surface, engine or model of that name is not installed
├── StoreError
│   ├── StoreUnavailable     the store cannot keep anything now: disk full, read-only, gone
│   ├── StoreInUse           another process holds the store
│   └── StoreTooNew          a newer version has written it
├── BadJson                  a request's body is not JSON that a message could be
├── LeaseLost                somebody else answers this turn now: stop writing
├── ServerError              the server cannot start: address in use, home unwritable
├── NotFetched               the demo model cannot be fetched
├── BotError                 bot.py cannot be used as it is
├── ToolError                a tool did not do what it was asked: the model is told why
│   ├── BadArguments         what the model gave a tool does not fit its parameters
│   └── NotAllowed           an address that may not be fetched from
├── DeployError              what is to be deployed cannot be made
├── PlatformRefused          a chat platform does not do what a command of ours asks of it
└── ModelError               the model gave no answer; `retry` says whether to ask once more
    ├── ModelUnreachable     nobody listens at the address
    ├── ModelKeyRefused      401, 403: the key is missing or wrong
    ├── ModelNotFound        404: the endpoint has no such model
    ├── ModelRequestRefused  400, 422: the endpoint does not understand the request
    ├── PicturesRefused      the endpoint, or its model, takes no pictures, or not these
    ├── ModelRateLimited     429: too many requests, or the account's credit is used up
    ├── ModelUnavailable     5xx: the endpoint is in trouble
    ├── ModelCut             the stream ended before the answer did
    ├── ModelSilent          no first word, or no next word, in time
    ├── ModelMalformed       what came is not a stream of chat completions
    ├── ModelEmpty           the answer has no text
    ├── ContextOverflow      the conversation is longer than the model can read
    └── ContentFiltered      the endpoint's filter stopped the answer
"""

from typing import ClassVar


class AizuchiError(Exception):
    """Anything aizuchi raises on purpose. `code` is stable and stands in the log."""

    code: ClassVar[str] = "error"

    def __init__(self, what: str, mend: str = "") -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what} {mend}".strip())


class SettingsError(AizuchiError):
    """A setting cannot be what it says."""

    code = "settings"


class PlugNotFound(AizuchiError):
    """No surface, engine or model of this name is installed."""

    code = "plug_not_found"


class StoreError(AizuchiError):
    """The store did not do what it was asked."""

    code = "store"


class StoreUnavailable(StoreError):
    """The store cannot keep anything now."""

    code = "store_unavailable"


class StoreInUse(StoreError):
    """Another process holds the store."""

    code = "store_in_use"


class StoreTooNew(StoreError):
    """The store was written by a newer version."""

    code = "store_too_new"


class BadJson(AizuchiError):
    """A request's body is not JSON that a message could be."""

    code = "bad_json"


class LeaseLost(AizuchiError):
    """The attempt is no longer the newest one."""

    code = "lease_lost"


class ServerError(AizuchiError):
    """The server cannot start."""

    code = "server"


class NotFetched(AizuchiError):
    """The demo model could not be fetched."""

    code = "not_fetched"


class BotError(AizuchiError):
    """bot.py cannot be used as it is."""

    code = "bot"


class ToolError(AizuchiError):
    """A tool did not do what it was asked; what is said here is told to the model."""

    code = "tool"


class BadArguments(ToolError):
    """What the model gave a tool does not fit its parameters."""

    code = "bad_arguments"


class NotAllowed(ToolError):
    """This address may not be fetched from."""

    code = "not_allowed"


class DeployError(AizuchiError):
    """What is to be deployed cannot be made, or not be brought where it is to run."""

    code = "deploy"


class PlatformRefused(AizuchiError):
    """A chat platform did not do what one of our commands asked of it."""

    code = "platform_refused"


class ModelError(AizuchiError):
    """The model gave no answer.

    `detail` is the provider's own text: for the log only, never for a conversation.
    """

    code = "model"
    retry: ClassVar[bool] = False

    def __init__(self, what: str, *, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.detail = detail
        self.retry_after_s = retry_after_s


class ModelUnreachable(ModelError):
    """Nobody listens at the model's address."""

    code = "model_unreachable"


class ModelKeyRefused(ModelError):
    """The model's key is missing, wrong, or lacks the right."""

    code = "model_key"


class ModelNotFound(ModelError):
    """The endpoint has no model of this name, or the address lacks its path."""

    code = "model_not_found"


class ModelRequestRefused(ModelError):
    """The endpoint does not understand the request."""

    code = "model_request"


class PicturesRefused(ModelError):
    """The endpoint does not take the pictures: it is asked again without them."""

    code = "pictures_refused"


class ModelRateLimited(ModelError):
    """Too many requests, or the account's credit is used up."""

    code = "model_rate_limited"
    retry = True


class ModelUnavailable(ModelError):
    """The endpoint is in trouble."""

    code = "model_unavailable"
    retry = True


class ModelCut(ModelError):
    """The stream ended before the answer did."""

    code = "model_cut"
    retry = True


class ModelSilent(ModelError):
    """No first word, or no next word, came in time."""

    code = "model_silent"


class ModelMalformed(ModelError):
    """What came is not a stream of chat completions."""

    code = "model_malformed"
    retry = True


class ModelEmpty(ModelError):
    """The answer has no text."""

    code = "model_empty"
    retry = True


class ContextOverflow(ModelError):
    """The conversation is longer than the model can read."""

    code = "context_overflow"


class ContentFiltered(ModelError):
    """The endpoint's filter stopped the answer."""

    code = "content_filtered"
