"""The worker as containers, which wait for many models at once where a function waits for one.

Where there is a token of a Discord bot they hold its connection, too: everybody who holds one hears
everything, and what is heard twice is taken once.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aizuchi.deploy.stack.functions import READS, STORE, WORKER_SECRETS, chosen, working_rights
from aizuchi.deploy.stack.names import NAME, REGION, arn, named
from aizuchi.deploy.stack.parameters import IN_CONTAINER
from aizuchi.deploy.stack.rights import OF_LOG, assumed_by, document, may
from aizuchi.deploy.stack.values import Content, Given, Is, IsSet, Of, Resource, When, text

ARM = Is("Architecture", "arm64")
LOG = text("/ecs/", named("worker"))
COMMAND = ("worker", "--listen")


def resources() -> Sequence[Resource]:
    log = {"LogGroupName": LOG, "RetentionInDays": Given("LogDays")}
    return [
        *_roles(),
        Resource("TaskLog", "AWS::Logs::LogGroup", log, IN_CONTAINER),
        Resource("Cluster", "AWS::ECS::Cluster", {"ClusterName": NAME}, IN_CONTAINER),
        Resource("Task", "AWS::ECS::TaskDefinition", _task(), IN_CONTAINER),
        _service(),
    ]


def _roles() -> Iterator[Resource]:
    """Fargate's own rights (to write the log and read the secrets), and those of the worker."""
    log = may("logs", OF_LOG, arn("logs", "log-group:", LOG, ":*"))
    yield from _role("Launch", (log, READS))
    yield from _role("Task", working_rights("Turns", "Side"))


def _role(name: str, statements: Sequence[Any]) -> Iterator[Resource]:
    role = {"RoleName": named(name.lower()), "AssumeRolePolicyDocument": assumed_by("ecs-tasks")}
    yield Resource(f"{name}Role", "AWS::IAM::Role", role, IN_CONTAINER)
    policy = {
        "PolicyName": "own",
        "Roles": [Of(f"{name}Role")],
        "PolicyDocument": document(*statements),
    }
    yield Resource(f"{name}Rights", "AWS::IAM::Policy", policy, IN_CONTAINER)


def _service() -> Resource:
    network = {"Subnets": Given("WorkerSubnets"), "AssignPublicIp": Given("WorkerPublicIp")}
    return Resource(
        "Service",
        "AWS::ECS::Service",
        {
            "ServiceName": named("worker"),
            "Cluster": Of("Cluster"),
            "TaskDefinition": Of("Task"),
            "DesiredCount": Given("WorkerCount"),
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {"AwsvpcConfiguration": network},
        },
        IN_CONTAINER,
        after=("LaunchRights", "TaskRights"),
        unlinted=("W1030",),  # no subnets are named where there is no container
    )


def _task() -> Content:
    return {
        "Family": named("worker"),
        "Cpu": "1024",
        "Memory": "2048",
        "NetworkMode": "awsvpc",
        "RequiresCompatibilities": ["FARGATE"],
        "RuntimePlatform": {
            "CpuArchitecture": When(ARM, "ARM64", "X86_64"),
            "OperatingSystemFamily": "LINUX",
        },
        "ExecutionRoleArn": Of("LaunchRole", "Arn"),
        "TaskRoleArn": Of("TaskRole", "Arn"),
        "ContainerDefinitions": [_container()],
    }


def _container() -> Content:
    return {
        "Name": "worker",
        "Image": Given("WorkerImage"),
        "Essential": True,
        "Command": list(COMMAND),
        "Environment": list(_environment()),
        "Secrets": list(_secrets()),
        "LogConfiguration": {"LogDriver": "awslogs", "Options": _log_options()},
    }


def _environment() -> Iterator[Any]:
    for name, value in {**STORE, "AWS_REGION": REGION, **chosen()}.items():
        if isinstance(value, When):
            yield When(value.condition, {"Name": name, "Value": value.value})
        else:
            yield {"Name": name, "Value": value}


def _secrets() -> Iterator[When]:
    for name, parameter in WORKER_SECRETS.items():
        place = arn("ssm", "parameter", Given(parameter))
        yield When(IsSet(parameter), {"Name": name, "ValueFrom": place})


def _log_options() -> Content:
    return {
        "awslogs-group": Of("TaskLog"),
        "awslogs-region": REGION,
        "awslogs-stream-prefix": "worker",
    }
