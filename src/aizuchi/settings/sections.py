"""The sections of aizuchi.toml: every setting with its type, its meaning and its default."""

from typing import Annotated, Literal, NamedTuple

from aizuchi.recall import Scope
from aizuchi.settings.fields import Meaning
from aizuchi.settings.secrets import Secret

ADDRESS = r"https?://[^\s/]+\S*"
PERSONA = Meaning("Which of the `[personas]` answers here; not set: `[persona]`.")


class Persona(NamedTuple):
    """Who the assistant is."""

    name: Annotated[
        str, Meaning("What the assistant is called.", pattern=r"\S.*", example="Mai")
    ] = "aizuchi"
    instructions: Annotated[str, Meaning("What the model is told before the conversation.")] = (
        "You are a helpful assistant in a chat. Answer in the language of the question, clearly."
    )
    closing: Annotated[
        str,
        Meaning("What the model is told again after the question, to hold the persona's tone."),
    ] = ""


class NamedPersona(NamedTuple):
    """Another persona, under a name of your own, and where it answers: by a slash command, else in
    a channel, else on a whole surface, whose section names it (`[slack] persona`). Everywhere else
    `[persona]` does."""

    name: Annotated[
        str,
        Meaning("What it is called; not set: its name here.", pattern=r"\S.*", example="Zundamon"),
    ] = ""
    instructions: Annotated[str, Meaning("What the model is told before the conversation.")] = ""
    closing: Annotated[
        str,
        Meaning("What the model is told again after the question, to hold the persona's tone."),
    ] = ""
    commands: Annotated[
        tuple[str, ...], Meaning('Slash commands that it answers: `["/zunda"]`.')
    ] = ()
    channels: Annotated[
        tuple[str, ...],
        Meaning('Ids of channels, workspaces or servers where it answers: `["C024BE7LR"]`.'),
    ] = ()


class ModelChoice(NamedTuple):
    """Which model answers: the plug, and what the plug calls it (empty: the plug's default)."""

    plug: str
    model: str = ""


ORGANIZATION = Meaning(
    "The organisation that the endpoint counts what is used to, by its id; not set: the key's own.",
    variable="OPENAI_ORG_ID",
    pattern=r"[A-Za-z0-9_-]*",
    example="org-0123456789",
)
Temperature = Annotated[float | None, Meaning("How freely the model chooses its words.", 0, 2)]
MaxTokens = Annotated[
    int | None, Meaning("The longest answer, in tokens; not set: the endpoint's own.", 1)
]
Sees = Annotated[
    bool | None,
    Meaning(
        "Whether the model is shown pictures that people attach. Not set: with `openai:` they are "
        "tried, and where they are refused the question is asked without them; other models are "
        "told that there are some."
    ),
]
PriceIn = Annotated[
    float, Meaning("What a million tokens that the model reads cost; 0 = unknown.", 0)
]
PriceOut = Annotated[
    float, Meaning("What a million tokens that the model writes cost; 0 = unknown.", 0)
]
ConnectWithin = Annotated[float, Meaning("How long to wait for a connection, in seconds.", 0.1, 60)]
FirstWordWithin = Annotated[
    float, Meaning("How long to wait for the first word, in seconds.", 1, 3600)
]
NextWordWithin = Annotated[
    float, Meaning("How long to wait for the next word, in seconds.", 1, 3600)
]


class ModelSettings(NamedTuple):
    """Which model answers, and how it is asked."""

    name: Annotated[
        str,
        Meaning(
            "`openai:<model>` (any OpenAI-compatible endpoint), `local` or `echo`. Not set: "
            "`openai:` with its default model if there is a key or a base URL, else `local`.",
            variable="AIZUCHI_MODEL",
            pattern=r"([\w.-]+(:\S*)?)?",
            example="openai:gpt-5-mini",
        ),
    ] = ""
    base_url: Annotated[
        str,
        Meaning(
            "The endpoint's address, with its `/v1`.",
            variable="OPENAI_BASE_URL",
            pattern=rf"({ADDRESS})?",
            example="http://127.0.0.1:11434/v1",
        ),
    ] = ""
    api_key: Annotated[
        Secret,
        Meaning("The endpoint's key, by reference.", variable="OPENAI_API_KEY"),
    ] = Secret()
    organization: Annotated[str, ORGANIZATION] = ""
    temperature: Temperature = None
    max_tokens: MaxTokens = None
    sees: Sees = None
    price_in: PriceIn = 0.0
    price_out: PriceOut = 0.0
    connect_s: ConnectWithin = 3.0
    first_token_s: FirstWordWithin = 60.0
    idle_s: NextWordWithin = 30.0

    @property
    def is_chosen(self) -> bool:
        """Whether anybody said which model."""
        return bool(self.name or self.api_key or self.base_url)

    @property
    def is_shown_pictures(self) -> bool:
        """A name tells little of what a model can do, and a refusal costs one short call."""
        return self.choice.plug == "openai" if self.sees is None else self.sees

    @property
    def choice(self) -> ModelChoice:
        """The model that these settings ask for."""
        if self.name:
            plug, _, model = self.name.partition(":")
            return ModelChoice(plug, model)
        return ModelChoice("openai" if self.api_key or self.base_url else "local")


class FallbackSettings(NamedTuple):
    """Another model, under a name of your own, that answers where the one before it fails: those
    that are there are asked in the order of the file."""

    name: Annotated[
        str,
        Meaning(
            "`openai:<model>` (any OpenAI-compatible endpoint), `local` or `echo`. Not set: "
            "the first model that the endpoint has.",
            pattern=r"([\w.-]+(:\S*)?)?",
            example="openai:qwen3",
        ),
    ] = ""
    base_url: Annotated[
        str,
        Meaning(
            "The endpoint's address, with its `/v1`.",
            pattern=rf"({ADDRESS})?",
            example="http://127.0.0.1:11434/v1",
        ),
    ] = ""
    api_key: Annotated[Secret, Meaning("The endpoint's key, by reference.")] = Secret()
    organization: Annotated[str, ORGANIZATION._replace(variable="")] = ""
    temperature: Temperature = None
    max_tokens: MaxTokens = None
    sees: Sees = None
    price_in: PriceIn = 0.0
    price_out: PriceOut = 0.0
    connect_s: ConnectWithin = 3.0
    first_token_s: FirstWordWithin = 60.0
    idle_s: NextWordWithin = 30.0


class MemorySettings(NamedTuple):
    """What the model is reminded of."""

    scope: Annotated[
        Scope,
        Meaning(
            "What is remembered together: a `thread`, a whole `channel`, a `user` everywhere, "
            "or `none`. What was said in private never shows in a shared place."
        ),
    ] = "thread"
    turns: Annotated[
        int, Meaning("How many of the last exchanges the model is reminded of.", 0, 1000)
    ] = 20
    tokens: Annotated[
        int,
        Meaning(
            "How many tokens of them at most, by our estimate; the very last exchange is always "
            "there. 0 = any number.",
            0,
        ),
    ] = 16_000
    summaries: Annotated[
        bool,
        Meaning(
            "Whether what no longer fits is kept as a summary, which the model writes after an "
            "answer. Not with `local` and `echo`."
        ),
    ] = True


class LimitSettings(NamedTuple):
    """How long anything may take, and how much anybody may use."""

    answer_within_s: Annotated[
        float, Meaning("When an answer is stopped, in seconds from its start.", 1, 86_400)
    ] = 120.0
    wait_within_s: Annotated[
        float, Meaning("How long a message may wait for its turn, in seconds.", 1, 86_400)
    ] = 600.0
    waiting: Annotated[int, Meaning("How many messages may wait in one conversation.", 1, 1000)] = (
        10
    )
    messages_per_minute: Annotated[
        int, Meaning("Messages a person may send in a minute; 0 = any number.", 0)
    ] = 10
    answers_per_day: Annotated[
        int, Meaning("Answers a person may have in a day of the server; 0 = any number.", 0)
    ] = 200
    tokens_per_day: Annotated[
        int, Meaning("Tokens the assistant may use in a day of the server; 0 = any number.", 0)
    ] = 0


class AccessSettings(NamedTuple):
    """Who is answered. On the web it is whoever has a token."""

    allow: Annotated[
        tuple[str, ...],
        Meaning(
            "Ids of people, roles and groups that are answered besides a platform's own people, "
            'alone or with the platform in front: `"slack:U024BE7LH"`. On Discord, where it names '
            "a server, a role or a person, only those are answered."
        ),
    ] = ()
    owner: Annotated[
        str, Meaning("Who can let people in, as a refused person is told.", example="Aiko (it@)")
    ] = ""


class RetentionSettings(NamedTuple):
    """How long anything is kept."""

    text_days: Annotated[
        float,
        Meaning(
            "Days after which the text of a message and its answer is erased. 0 keeps a "
            "conversation until somebody deletes it.",
            0,
        ),
    ] = 0.0
    ids_days: Annotated[
        float,
        Meaning("Days for which a redelivered message is known, and its receipts are kept.", 7),
    ] = 30.0
    usage_days: Annotated[
        float, Meaning("Days for which answers and tokens per person are kept.", 1)
    ] = 400.0


class ServerSettings(NamedTuple):
    """Where the server listens, and how it works."""

    host: Annotated[
        str,
        Meaning(
            "The address to listen on. Another than this machine's own needs `[web] auth = "
            '"header"`, `AIZUCHI_WEB_TOKEN`, or `[web] enabled = false`.',
            pattern=r"\S+",
            example="127.0.0.1",
        ),
    ] = "127.0.0.1"
    port: Annotated[int, Meaning("The port to listen on.", 1, 65_535, variable="AIZUCHI_PORT")] = (
        8765
    )
    surfaces: Annotated[
        tuple[str, ...],
        Meaning("Further surfaces that are on, by the names that their packages give them."),
    ] = ()
    workers: Annotated[int, Meaning("How many answers are worked on at once.", 1, 10_000)] = 64
    log: Annotated[
        Literal["text", "json"], Meaning("How log lines are written: to be read, or to be parsed.")
    ] = "text"
    drain_s: Annotated[
        float,
        Meaning("How long running answers may go on after SIGTERM, in seconds.", 0, 3600),
    ] = 8.0


class WebSettings(NamedTuple):
    """The web chat and its API."""

    enabled: Annotated[bool, Meaning("Whether the web chat and its API are served.")] = True
    auth: Annotated[
        Literal["token", "header"],
        Meaning("Who somebody is: by a `token`, or by a `header` that a proxy sets."),
    ] = "token"
    token: Annotated[
        Secret,
        Meaning(
            "The tokens, by reference: one, or `name:token,name:token`. Not set: one is made "
            "once and kept in the home directory.",
            variable="AIZUCHI_WEB_TOKEN",
        ),
    ] = Secret()
    hosts: Annotated[
        tuple[str, ...],
        Meaning("Host names under which the chat may be opened, besides this machine's own."),
    ] = ()
    identity_header: Annotated[
        str,
        Meaning(
            'The header that names the person, for `auth = "header"`.',
            pattern=r"[\w-]*",
            example="X-Forwarded-User",
        ),
    ] = ""
    proxies: Annotated[
        tuple[str, ...],
        Meaning("Addresses or networks of the proxies whose header is believed."),
    ] = ()
    persona: Annotated[str, PERSONA] = ""
