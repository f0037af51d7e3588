"""The worker as containers, which wait for many models at once where a function waits for one."""

from collections.abc import Iterator, Sequence

from aizuchi.deploy.stack.functions import QUEUES, READS, WORKER_SECRETS, chosen, working_rights
from aizuchi.deploy.stack.names import NAME, REGION, arn, named
from aizuchi.deploy.stack.parameters import IN_CONTAINER
from aizuchi.deploy.stack.rights import OF_LOG, assumed_by, document, may
from aizuchi.deploy.stack.values import Given, Is, IsSet, Of, Resource, When, text

ARM = Is("Architecture", "arm64")
LOG = text("/ecs/", named("worker"))


def resources() -> Sequence[Resource]:
    return [*_roles(), *_service()]


def _roles() -> Iterator[Resource]:
    """Fargate's own rights (to write the log and read the secrets), and those of the worker."""
    log = may("logs", OF_LOG, arn("logs", "log-group:", LOG, ":*"))
    rights = {
        "Launch": (log, READS),
        "Task": working_rights("Turns", "Side"),
    }
    for name, statements in rights.items():
        role = {
            "RoleName": named(name.lower()),
            "AssumeRolePolicyDocument": assumed_by("ecs-tasks"),
        }
        yield Resource(f"{name}Role", "AWS::IAM::Role", role, IN_CONTAINER)
        policy = {
            "PolicyName": "own",
            "Roles": [Of(f"{name}Role")],
            "PolicyDocument": document(*statements),
        }
        yield Resource(f"{name}Rights", "AWS::IAM::Policy", policy, IN_CONTAINER)


def _service() -> Iterator[Resource]:
    log = {"LogGroupName": LOG, "RetentionInDays": Given("LogDays")}
    yield Resource("TaskLog", "AWS::Logs::LogGroup", log, IN_CONTAINER)
    yield Resource("Cluster", "AWS::ECS::Cluster", {"ClusterName": NAME}, IN_CONTAINER)
    yield Resource("Task", "AWS::ECS::TaskDefinition", _task(), IN_CONTAINER)
    network = {
        "Subnets": Given("WorkerSubnets"),
        "AssignPublicIp": Given("WorkerPublicIp"),
    }
    yield Resource(
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


def _task() -> dict[str, object]:
    environment = {"AIZUCHI__AWS__TABLE": NAME, **QUEUES, "AWS_REGION": REGION}
    options = {"awslogs-group": Of("TaskLog"), "awslogs-region": REGION}
    container = {
        "Name": "worker",
        "Image": Given("WorkerImage"),
        "Essential": True,
        "Command": ["worker"],
        "Environment": [
            *({"Name": name, "Value": value} for name, value in environment.items()),
            *(
                When(value.condition, {"Name": name, "Value": value.value})
                for name, value in chosen().items()
            ),
        ],
        "Secrets": [
            When(
                IsSet(parameter),
                {"Name": name, "ValueFrom": arn("ssm", "parameter", Given(parameter))},
            )
            for name, parameter in WORKER_SECRETS.items()
        ],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {**options, "awslogs-stream-prefix": "worker"},
        },
    }
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
        "ContainerDefinitions": [container],
    }
