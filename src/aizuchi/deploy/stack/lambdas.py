"""What each function is made of: its role, its log, its code, and what brings it messages."""

from collections.abc import Iterator, Sequence
from typing import Any

from aizuchi.deploy.stack.functions import Function, functions
from aizuchi.deploy.stack.names import log_group, named
from aizuchi.deploy.stack.rights import assumed_by, document, writes_log
from aizuchi.deploy.stack.values import Given, IsSet, Of, Resource, When


def resources() -> Sequence[Resource]:
    return [each for function in functions() for each in _parts(function)]


def _parts(function: Function) -> Iterator[Resource]:
    yield _log(function)
    yield from _role(function)
    yield _function(function)
    for queue in function.fed_by:
        yield _source(function, queue)


def _log(function: Function) -> Resource:
    log = {"LogGroupName": log_group(function.word), "RetentionInDays": Given("LogDays")}
    return Resource(f"{function.name}Log", "AWS::Logs::LogGroup", log, function.only)


def _role(function: Function) -> Iterator[Resource]:
    role = {"RoleName": named(function.word), "AssumeRolePolicyDocument": assumed_by("lambda")}
    yield Resource(f"{function.name}Role", "AWS::IAM::Role", role, function.only)
    rights = {
        "PolicyName": "own",
        "Roles": [Of(f"{function.name}Role")],
        "PolicyDocument": document(writes_log(function.word), *function.rights),
    }
    yield Resource(f"{function.name}Rights", "AWS::IAM::Policy", rights, function.only)


def _function(function: Function) -> Resource:
    name, size = function.name, function.size
    properties = {
        "FunctionName": named(function.word),
        "Runtime": Given("Runtime"),
        "Architectures": [Given("Architecture")],
        "Handler": f"aizuchi.hosts.aws_lambda.{function.word}.handler",
        "Code": {"S3Bucket": Given("CodeBucket"), "S3Key": Given(function.package)},
        "Role": Of(f"{name}Role", "Arn"),
        "MemorySize": Given(f"{size}Memory"),
        "Timeout": Given(f"{size}Timeout"),
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": Of(f"{name}Log")},
        "Environment": {"Variables": function.environment},
        **_reserved(function),
    }
    if function.layer:
        properties["Layers"] = [Of(function.layer)]
    return Resource(
        f"{name}Function", "AWS::Lambda::Function", properties, function.only, (f"{name}Rights",)
    )


def _reserved(function: Function) -> dict[str, Any]:
    reserved = function.reserved
    if not reserved:
        return {}
    return {"ReservedConcurrentExecutions": When(IsSet(reserved, "0"), Given(reserved))}


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
