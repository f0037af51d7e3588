"""What Terraform calls the kinds of resources and their properties."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aizuchi.deploy.stack.values import AsText
from aizuchi.deploy.terraform.hcl import Blocks, Raw
from aizuchi.deploy.terraform.words import snake

Properties = Mapping[str, Any]


class Kind(NamedTuple):
    """`suffix` is what a name of ours says of the kind, which Terraform says anyway; `refers` the
    attribute that stands for the resource; `renamed` are properties with names of their own;
    `blocks` are written as blocks; `shape` does what names alone cannot."""

    name: str
    suffix: str = ""
    refers: str = "id"
    renamed: Mapping[str, str] = {}
    blocks: frozenset[str] = frozenset()
    shape: Callable[[Properties], Properties] = dict

    def property_name(self, name: str) -> str:
        return self.renamed.get(name, snake(name))


INTEGRATION, SETTINGS = "aizuchi::Integration", "aizuchi::MethodSettings"
"""What is part of a resource in CloudFormation, and one of its own in Terraform."""

BY_URL = "aizuchi::PermissionByUrl"
"""What the provider cannot say, CloudFormation says for it."""

FILES = {"IngressKey": "ingress_zip", "WorkerKey": "worker_zip", "LayerKey": "layer_zip"}
"""The variables with the packages' files, in the place of their keys in a bucket."""


def _from_file(code: str) -> Callable[[Properties], Properties]:
    """What CloudFormation takes from a bucket, and Terraform from a file."""

    def shape(given: Properties) -> Properties:
        rest = {key: each for key, each in given.items() if key != code}
        file = f"var.{FILES[given[code]['S3Key'].parameter]}"
        return {"Filename": Raw(file), "SourceCodeHash": Raw(f"filebase64sha256({file})"), **rest}

    return shape


def _table(given: Properties) -> Properties:
    keys = {each["KeyType"]: each["AttributeName"] for each in given["KeySchema"]}
    return {
        "Name": given["TableName"],
        "BillingMode": given["BillingMode"],
        "HashKey": keys["HASH"],
        "RangeKey": keys["RANGE"],
        "Attribute": Blocks(
            [
                {"name": each["AttributeName"], "type": each["AttributeType"]}
                for each in given["AttributeDefinitions"]
            ]
        ),
        "Ttl": Blocks([_snaked(given["TimeToLiveSpecification"])]),
    }


def _snaked(properties: Properties) -> Properties:
    return {snake(key): each for key, each in properties.items()}


def _text_of(*names: str) -> Callable[[Properties], Properties]:
    """What CloudFormation takes as an object, and Terraform as a text."""

    def shape(given: Properties) -> Properties:
        return {key: AsText(each) if key in names else each for key, each in given.items()}

    return shape


def _policy(given: Properties) -> Properties:
    (role,) = given["Roles"]
    rest = {key: each for key, each in given.items() if key != "Roles"}
    return _text_of("PolicyDocument")({**rest, "Role": role})


def _alarm(given: Properties) -> Properties:
    dimensions = {each["Name"]: each["Value"] for each in given["Dimensions"]}
    return {**given, "Dimensions": dimensions}


def _task(given: Properties) -> Properties:
    (container,) = given["ContainerDefinitions"]
    return {**given, "ContainerDefinitions": AsText([camel(container)])}


def camel(value: Any) -> Any:
    """ECS writes the names inside a container's definition with a small letter."""
    match value:
        case Mapping():
            return {
                key[0].lower() + key[1:] if key[0].isupper() else key: camel(each)
                for key, each in value.items()
            }
        case list():
            return [camel(each) for each in value]
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*map(camel, value))
        case _:
            return value


def _service(given: Properties) -> Properties:
    network = given["NetworkConfiguration"]["AwsvpcConfiguration"]
    is_public = {"AssignPublicIp": Raw('var.worker_public_ip == "ENABLED"')}
    return {**given, "NetworkConfiguration": {**network, **is_public}}


KINDS: Mapping[str, Kind] = {
    "AWS::DynamoDB::Table": Kind("aws_dynamodb_table", shape=_table),
    "AWS::SQS::Queue": Kind(
        "aws_sqs_queue",
        refers="url",
        renamed={
            "QueueName": "name",
            "VisibilityTimeout": "visibility_timeout_seconds",
            "MessageRetentionPeriod": "message_retention_seconds",
        },
        shape=_text_of("RedrivePolicy"),
    ),
    "AWS::Logs::LogGroup": Kind(
        "aws_cloudwatch_log_group", "Log", refers="name", renamed={"LogGroupName": "name"}
    ),
    "AWS::IAM::Role": Kind(
        "aws_iam_role",
        "Role",
        renamed={"RoleName": "name", "AssumeRolePolicyDocument": "assume_role_policy"},
        shape=_text_of("AssumeRolePolicyDocument"),
    ),
    "AWS::IAM::Policy": Kind(
        "aws_iam_role_policy",
        "Rights",
        renamed={"PolicyName": "name", "PolicyDocument": "policy"},
        shape=_policy,
    ),
    "AWS::Lambda::Function": Kind(
        "aws_lambda_function",
        "Function",
        blocks=frozenset({"Environment", "LoggingConfig"}),
        shape=_from_file("Code"),
    ),
    "AWS::Lambda::EventSourceMapping": Kind(
        "aws_lambda_event_source_mapping", "Source", blocks=frozenset({"ScalingConfig"})
    ),
    "AWS::Lambda::LayerVersion": Kind(
        "aws_lambda_layer_version", "Layer", refers="arn", shape=_from_file("Content")
    ),
    "AWS::Lambda::Url": Kind(
        "aws_lambda_function_url",
        "Url",
        renamed={"TargetFunctionArn": "function_name", "AuthType": "authorization_type"},
    ),
    BY_URL: Kind("aws_cloudformation_stack", "Permission"),
    "AWS::Lambda::Permission": Kind("aws_lambda_permission", "Permission"),
    "AWS::ApiGatewayV2::Api": Kind("aws_apigatewayv2_api"),
    "AWS::ApiGatewayV2::Integration": Kind("aws_apigatewayv2_integration"),
    "AWS::ApiGatewayV2::Route": Kind("aws_apigatewayv2_route", "Route"),
    "AWS::ApiGatewayV2::Stage": Kind(
        "aws_apigatewayv2_stage",
        renamed={"StageName": "name"},
        blocks=frozenset({"DefaultRouteSettings"}),
    ),
    "AWS::ApiGateway::RestApi": Kind("aws_api_gateway_rest_api"),
    "AWS::ApiGateway::Resource": Kind("aws_api_gateway_resource"),
    "AWS::ApiGateway::Method": Kind(
        "aws_api_gateway_method", "Method", renamed={"AuthorizationType": "authorization"}
    ),
    INTEGRATION: Kind("aws_api_gateway_integration", "Integration"),
    "AWS::ApiGateway::Deployment": Kind("aws_api_gateway_deployment"),
    "AWS::ApiGateway::Stage": Kind("aws_api_gateway_stage"),
    SETTINGS: Kind("aws_api_gateway_method_settings", blocks=frozenset({"Settings"})),
    "AWS::ECS::Cluster": Kind("aws_ecs_cluster", renamed={"ClusterName": "name"}),
    "AWS::ECS::TaskDefinition": Kind(
        "aws_ecs_task_definition",
        refers="arn",
        blocks=frozenset({"RuntimePlatform"}),
        shape=_task,
    ),
    "AWS::ECS::Service": Kind(
        "aws_ecs_service",
        renamed={"ServiceName": "name"},
        blocks=frozenset({"NetworkConfiguration"}),
        shape=_service,
    ),
    "AWS::CloudWatch::Alarm": Kind("aws_cloudwatch_metric_alarm", "Alarm", shape=_alarm),
    "AWS::CloudWatch::Dashboard": Kind("aws_cloudwatch_dashboard"),
}
