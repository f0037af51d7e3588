"""All that whoever deploys may choose, for both front ends."""

from collections.abc import Iterable

from aizuchi.deploy.stack.values import Is, Parameter

TIMEOUTS = (60, 120, 180, 300, 600, 900)
LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 180, 365)
MOST_MEMORY_MB = 10_240
PARAMETER_NAME = r"^(/[a-zA-Z0-9_.\-/]+)?$"
ON_LAMBDA, IN_CONTAINER = Is("Worker", "Lambda"), Is("Worker", "Container")
WITH_WEB = Is("Web", "yes")
YES_OR_NO = ("yes", "no")


def secret(name: str, what: str) -> Parameter:
    about = f"Name of the SSM parameter with {what}. Empty: there is none."
    return Parameter(name, about, "", pattern=PARAMETER_NAME)


def memory(name: str, what: str, default: int) -> Parameter:
    return Parameter(
        f"{name}Memory", f"Memory of {what}, MB.", default, least=128, most=MOST_MEMORY_MB
    )


def reserved(name: str, what: str) -> Parameter:
    about = f"Concurrency that is reserved for {what}, out of the account's. 0: none."
    return Parameter(f"{name}Reserved", about, 0, least=0)


def size(name: str, what: str, memory_mb: int, default_s: int, most_s: int) -> Iterable[Parameter]:
    """Of a function that no queue feeds."""
    about = f"Seconds that {what} has."
    yield memory(name, what, memory_mb)
    yield Parameter(f"{name}Timeout", about, default_s, least=3, most=most_s)
    yield reserved(name, what)


CODE = (
    Parameter("CodeBucket", "The bucket with the packages.", None),
    Parameter("IngressKey", "Where the package of the ingress stands in it.", None),
    Parameter("WorkerKey", "Where the package of the worker stands in it.", None),
    Parameter("LayerKey", "Where the layer of the streaming function stands in it.", None),
)
"""CloudFormation takes code from a bucket; Terraform uploads files (`terraform.FILES`)."""

NAMES = (
    Parameter("Name", "What everything begins with.", "aizuchi", pattern=r"^[a-z][a-z0-9-]{0,20}$"),
    Parameter(
        "Stage",
        "Which of several installations this is.",
        "prod",
        pattern=r"^[a-z][a-z0-9-]{0,15}$",
    ),
)
ENTRY = (
    Parameter(
        "Entry",
        "What stands in front of the ingress. HttpApi is cheap and throttled; RestApi can have a "
        "firewall (WAF); FunctionUrl costs nothing and stops no flood.",
        "HttpApi",
        among=("HttpApi", "RestApi", "FunctionUrl"),
    ),
    Parameter("ThrottleRate", "Requests a second that a route takes for long.", 50, least=1),
    Parameter("ThrottleBurst", "Requests that a route takes at once.", 100, least=1),
)
WEB = (
    Parameter(
        "Web",
        "Whether there is the web chat: its page, its API, and that of WebSockets.",
        "yes",
        among=YES_OR_NO,
    ),
    *size("Stream", "the streaming function", 512, 180, 900),
    *size("Socket", "the function of the WebSockets", 512, 29, 29),
)
FUNCTIONS = (
    Parameter(
        "Architecture",
        "What the functions run on; the packages are made for it.",
        "arm64",
        among=("arm64", "x86_64"),
    ),
    Parameter(
        "Runtime",
        "Lambda's Python; the packages are made for it.",
        "python3.13",
        pattern=r"^python3\.\d+$",
    ),
    *size("Ingress", "the ingress", 256, 10, 29),
    memory("Worker", "the worker and of side", 512),
    Parameter(
        "WorkerTimeout",
        "Seconds that one invocation of the worker has. An answer must end within them: "
        "answer_within_s and 30 s.",
        180,
        among=TIMEOUTS,
    ),
    reserved("Worker", "the worker"),
    Parameter(
        "WorkerAtOnce",
        "Conversations that are answered at once, from 2. 0: as many as the account allows.",
        0,
        least=0,
        most=1000,
    ),
)
CONTAINER = (
    Parameter(
        "Worker",
        "What answers: Lambda functions, or containers (ECS on Fargate), which are cheaper from "
        "about 100,000 messages a day.",
        "Lambda",
        among=("Lambda", "Container"),
    ),
    Parameter(
        "WorkerImage", "Address of the image of a container worker.", "", wanted=IN_CONTAINER
    ),
    Parameter("WorkerSubnets", "Subnets of a container worker.", ()),
    Parameter(
        "WorkerPublicIp",
        "Whether a container worker gets a public address; in a subnet without NAT it needs one.",
        "ENABLED",
        among=("ENABLED", "DISABLED"),
    ),
    Parameter("WorkerCount", "How many container workers there are.", 1, least=0),
)
STORE = (
    Parameter(
        "MakeTable",
        "Whether the stack makes the table. no: one of this name is there already, from an "
        "installation before.",
        "yes",
        among=YES_OR_NO,
    ),
)
SECRETS = (
    secret("InstallationKey", "a long random text, by which all parts know their posts")._replace(
        default=None,
        pattern=r"^/[a-zA-Z0-9_.\-/]+$",
        about="Name of the SSM parameter with a long random text, by which all parts know their "
        "posts.",
    ),
    secret("SlackSigningSecret", "Slack's signing secret"),
    secret("SlackBotToken", "Slack's bot token"),
    secret("DiscordPublicKey", "the public key of Discord's application"),
    secret("DiscordBotToken", "the token of Discord's bot"),
    secret("OpenaiApiKey", "the key of the model's endpoint"),
    secret("WebToken", "the token of the web chat")._replace(wanted=WITH_WEB),
)
MODEL = (
    Parameter("DiscordAppId", "Id of Discord's application.", "", pattern=r"^\d*$"),
    Parameter(
        "Model",
        "Which model answers: openai:NAME or echo. Empty: what aizuchi.toml in the package says.",
        "",
    ),
    Parameter(
        "OpenaiBaseUrl",
        "The model's endpoint, with its /v1. Empty: what aizuchi.toml in the package says.",
        "",
    ),
    Parameter(
        "OpenaiOrganization",
        "Id of the organisation that OpenAI counts what is used to. Empty: the key's own.",
        "",
        pattern=r"^[A-Za-z0-9_-]*$",
    ),
    Parameter("Temperature", "How freely the model writes, from 0 to 2. Empty: its own.", ""),
    Parameter("MaxTokens", "How long an answer may be, in tokens. Empty: the model's own.", ""),
)
WATCHING = (
    Parameter("LogDays", "Days for which logs are kept.", 14, among=LOG_DAYS),
    Parameter("AlarmTopic", "ARN of the SNS topic that alarms go to. Empty: none.", ""),
    Parameter(
        "OldestMessage",
        "Alarm when a message has waited so many seconds.",
        120,
        least=1,
    ),
    Parameter(
        "MakeDashboard",
        "Whether there is a dashboard in CloudWatch; an account has three for nothing.",
        "yes",
        among=YES_OR_NO,
    ),
)
PARAMETERS = (
    *(*NAMES, *CODE, *ENTRY, *FUNCTIONS, *WEB, *CONTAINER),
    *(*STORE, *SECRETS, *MODEL, *WATCHING),
)
