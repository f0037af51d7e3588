"""The functions, each with its role, its log and what brings it messages."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.deploy.stack.names import NAME, log_group, named
from aizuchi.deploy.stack.rights import (
    assumed_by,
    consumes,
    document,
    reads_key_and_secrets,
    reads_secrets,
    sends,
    uses_table,
    writes_log,
)
from aizuchi.deploy.stack.values import (
    Condition,
    Given,
    Is,
    IsSet,
    Of,
    Resource,
    When,
    text,
)

ON_LAMBDA = Is("Worker", "Lambda")
WORKER_SECRETS: Mapping[str, str] = {
    "AIZUCHI_INSTALLATION_KEY": "InstallationKey",
    "SLACK_SIGNING_SECRET": "SlackSigningSecret",
    "SLACK_BOT_TOKEN": "SlackBotToken",
    "DISCORD_PUBLIC_KEY": "DiscordPublicKey",
    "DISCORD_BOT_TOKEN": "DiscordBotToken",
    "OPENAI_API_KEY": "OpenaiApiKey",
}
INGRESS_SECRETS = {
    variable: WORKER_SECRETS[variable]
    for variable in ("SLACK_SIGNING_SECRET", "DISCORD_PUBLIC_KEY")
}
CHOSEN: Mapping[str, str] = {
    "DISCORD_APP_ID": "DiscordAppId",
    "AIZUCHI_MODEL": "Model",
    "OPENAI_BASE_URL": "OpenaiBaseUrl",
    "AIZUCHI__MODEL__TEMPERATURE": "Temperature",
    "AIZUCHI__MODEL__MAX_TOKENS": "MaxTokens",
}
"""Of each variable of the environment, the parameter that says it."""

QUEUES = {"AIZUCHI__AWS__TURNS": Of("Turns"), "AIZUCHI__AWS__SIDE": Of("Side")}


class Function(NamedTuple):
    """`package` is the parameter with the key of its code; `size` names its memory and time."""

    name: str
    package: str
    size: str
    environment: Mapping[str, Any]
    rights: Sequence[Any]
    reserved: str = ""
    only: Condition | None = None
    fed_by: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        return self.name.lower()


def secrets(named: Mapping[str, str]) -> Mapping[str, Any]:
    """The functions read them from SSM, where a variable names them."""
    return {
        variable: When(IsSet(parameter), text("ssm:", Given(parameter)))
        for variable, parameter in named.items()
    }


def chosen() -> Mapping[str, Any]:
    return {
        variable: When(IsSet(parameter), Given(parameter)) for variable, parameter in CHOSEN.items()
    }


def working() -> Mapping[str, Any]:
    return {"AIZUCHI__AWS__TABLE": NAME, **QUEUES, **secrets(WORKER_SECRETS), **chosen()}


def working_rights(*consumed: str) -> Sequence[Any]:
    return uses_table(), consumes(*consumed), sends("Turns", "Side")


READS = reads_key_and_secrets(*WORKER_SECRETS.values())


def functions() -> Sequence[Function]:
    return (
        Function(
            "Ingress",
            "IngressKey",
            "Ingress",
            {**QUEUES, **secrets(INGRESS_SECRETS)},
            (sends("Turns", "Side"), reads_secrets(*INGRESS_SECRETS.values())),
            reserved="IngressReserved",
        ),
        Function(
            "Worker",
            "WorkerKey",
            "Worker",
            working(),
            (*working_rights("Turns"), READS),
            reserved="WorkerReserved",
            only=ON_LAMBDA,
            fed_by=("Turns",),
        ),
        Function(
            "Side",
            "WorkerKey",
            "Worker",
            working(),
            (*working_rights("Side", "Dead"), READS),
            fed_by=("Side", "Dead"),
        ),
    )


def resources() -> Sequence[Resource]:
    return [each for function in functions() for each in _parts(function)]


def _parts(function: Function) -> Iterator[Resource]:
    name, only = function.name, function.only
    yield Resource(
        f"{name}Log",
        "AWS::Logs::LogGroup",
        {"LogGroupName": log_group(function.word), "RetentionInDays": Given("LogDays")},
        only,
    )
    yield Resource(
        f"{name}Role",
        "AWS::IAM::Role",
        {"RoleName": named(function.word), "AssumeRolePolicyDocument": assumed_by("lambda")},
        only,
    )
    yield Resource(
        f"{name}Rights",
        "AWS::IAM::Policy",
        {
            "PolicyName": "own",
            "Roles": [Of(f"{name}Role")],
            "PolicyDocument": document(writes_log(function.word), *function.rights),
        },
        only,
    )
    yield _function(function)
    for queue in function.fed_by:
        yield _source(function, queue)


def _function(function: Function) -> Resource:
    reserved = function.reserved
    properties = {
        "FunctionName": named(function.word),
        "Runtime": Given("Runtime"),
        "Architectures": [Given("Architecture")],
        "Handler": f"aizuchi.hosts.aws_lambda.{function.word}.handler",
        "Code": {"S3Bucket": Given("CodeBucket"), "S3Key": Given(function.package)},
        "Role": Of(f"{function.name}Role", "Arn"),
        "MemorySize": Given(f"{function.size}Memory"),
        "Timeout": Given(f"{function.size}Timeout"),
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": Of(f"{function.name}Log")},
        "Environment": {"Variables": function.environment},
    }
    if reserved:
        properties["ReservedConcurrentExecutions"] = When(IsSet(reserved, "0"), Given(reserved))
    after = (f"{function.name}Rights",)
    return Resource(
        f"{function.name}Function", "AWS::Lambda::Function", properties, function.only, after
    )


def _source(function: Function, queue: str) -> Resource:
    """One message at a time: a slow conversation holds no other, a failure repeats no other."""
    properties: dict[str, Any] = {
        "EventSourceArn": Of(queue, "Arn"),
        "FunctionName": Of(f"{function.name}Function", "Arn"),
        "BatchSize": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    if queue == "Turns":
        most = {"MaximumConcurrency": Given("WorkerAtOnce")}
        properties["ScalingConfig"] = When(IsSet("WorkerAtOnce", "0"), most)
    return Resource(f"{queue}Source", "AWS::Lambda::EventSourceMapping", properties, function.only)
