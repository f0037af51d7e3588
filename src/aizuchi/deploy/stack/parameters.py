"""All that whoever deploys may choose, for both front ends."""

from aizuchi.deploy.stack.values import Is, Parameter

TIMEOUTS = (60, 120, 180, 300, 600, 900)
LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 180, 365)
PARAMETER_NAME = r"^(/[a-zA-Z0-9_.\-/]+)?$"
IN_CONTAINER = Is("Worker", "Container")


def secret(name: str, what: str) -> Parameter:
    about = f"Name of the SSM parameter with {what}. Empty: there is none."
    return Parameter(name, about, "", pattern=PARAMETER_NAME)


CODE = (
    Parameter("CodeBucket", "The bucket with the two packages.", None),
    Parameter("IngressKey", "Where the package of the ingress stands in it.", None),
    Parameter("WorkerKey", "Where the package of the worker stands in it.", None),
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
        "firewall (WAF); FunctionUrl (with CloudFormation only) costs nothing and stops no flood.",
        "HttpApi",
        among=("HttpApi", "RestApi", "FunctionUrl"),
    ),
    Parameter("ThrottleRate", "Requests a second that a route takes for long.", 50, least=1),
    Parameter("ThrottleBurst", "Requests that a route takes at once.", 100, least=1),
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
    Parameter("IngressMemory", "Memory of the ingress, MB.", 256, least=128, most=10_240),
    Parameter("IngressTimeout", "Seconds that the ingress has.", 10, least=3, most=29),
    Parameter(
        "IngressReserved",
        "Concurrency that is reserved for the ingress, out of the account's. 0: none.",
        0,
        least=0,
    ),
    Parameter("WorkerMemory", "Memory of the worker and of side, MB.", 512, least=128, most=10_240),
    Parameter(
        "WorkerTimeout",
        "Seconds that one invocation of the worker has. An answer must end within them: "
        "answer_within_s and 30 s.",
        180,
        among=TIMEOUTS,
    ),
    Parameter(
        "WorkerReserved",
        "Concurrency that is reserved for the worker, out of the account's. 0: none.",
        0,
        least=0,
    ),
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
        among=("yes", "no"),
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
)
PARAMETERS = (
    *(*NAMES, *CODE, *ENTRY, *FUNCTIONS, *CONTAINER),
    *(*STORE, *SECRETS, *MODEL, *WATCHING),
)
