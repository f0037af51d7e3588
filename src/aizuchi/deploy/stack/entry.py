"""What stands in front of the ingress: one of three, for the webhooks and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aizuchi.deploy.stack.names import NAME, PARTITION, REGION, SUFFIX, arn
from aizuchi.deploy.stack.values import (
    Condition,
    Content,
    Given,
    Is,
    Joined,
    Of,
    Output,
    Resource,
    When,
    text,
)

ROUTES = {"Slack": "/slack/events", "Discord": "/discord/interactions"}
HTTP, REST, URL = (Is("Entry", kind) for kind in ("HttpApi", "RestApi", "FunctionUrl"))
INGRESS = Of("IngressFunction", "Arn")
LIMITS = {
    "ThrottlingRateLimit": Given("ThrottleRate"),
    "ThrottlingBurstLimit": Given("ThrottleBurst"),
}


def resources() -> Sequence[Resource]:
    return [*_http(), *_rest(), *open_address("Ingress", URL)]


def outputs() -> Sequence[Output]:
    base = When(
        URL,
        Of("IngressUrl", "FunctionUrl"),
        When(HTTP, Of("HttpApi", "ApiEndpoint"), _rest_address()),
    )
    return (Output("Address", "Where platforms reach the assistant.", base),)


def _rest_address() -> Joined:
    return text("https://", Of("RestApi"), ".execute-api.", REGION, ".", SUFFIX, "/", STAGE)


STAGE = "hooks"
"""The stage of a REST API is part of its addresses."""


def _http() -> Iterator[Resource]:
    yield Resource(
        "HttpApi", "AWS::ApiGatewayV2::Api", {"Name": NAME, "ProtocolType": "HTTP"}, HTTP
    )
    yield Resource(
        "HttpIntegration",
        "AWS::ApiGatewayV2::Integration",
        {
            "ApiId": Of("HttpApi"),
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": INGRESS,
            "PayloadFormatVersion": "2.0",
        },
        HTTP,
    )
    for name, path in ROUTES.items():
        yield Resource(
            f"{name}Route",
            "AWS::ApiGatewayV2::Route",
            {
                "ApiId": Of("HttpApi"),
                "RouteKey": f"ANY {path}",
                "Target": text("integrations/", Of("HttpIntegration")),
            },
            HTTP,
        )
    yield Resource(
        "HttpStage",
        "AWS::ApiGatewayV2::Stage",
        {
            "ApiId": Of("HttpApi"),
            "StageName": "$default",
            "AutoDeploy": True,
            "DefaultRouteSettings": LIMITS,
        },
        HTTP,
        about="The limits hold for each route by itself.",
    )
    called = called_by(Of("HttpApi"), INGRESS)
    yield Resource("HttpPermission", "AWS::Lambda::Permission", called, HTTP)


def called_by(api: Of, function: Of) -> dict[str, Any]:
    return {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function,
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": arn("execute-api", api, "/*"),
    }


def _rest() -> Iterator[Resource]:
    yield Resource("RestApi", "AWS::ApiGateway::RestApi", {"Name": NAME}, REST)
    for name, path in ROUTES.items():
        yield from _rest_route(name, *path.strip("/").split("/"))
    yield Resource(
        "RestDeployment",
        "AWS::ApiGateway::Deployment",
        {"RestApiId": Of("RestApi")},
        REST,
        after=tuple(f"{name}Method" for name in ROUTES),
        about="It holds the routes as they were when it was made: other routes need another name.",
    )
    yield Resource(
        "RestStage",
        "AWS::ApiGateway::Stage",
        {
            "RestApiId": Of("RestApi"),
            "DeploymentId": Of("RestDeployment"),
            "StageName": STAGE,
            "MethodSettings": [{"HttpMethod": "*", "ResourcePath": "/*", **LIMITS}],
        },
        REST,
    )
    called = called_by(Of("RestApi"), INGRESS)
    yield Resource("RestPermission", "AWS::Lambda::Permission", called, REST)


def _rest_route(name: str, first: str, last: str) -> Iterator[Resource]:
    """REST APIs have a resource for each part of a path."""
    parents = (
        (f"{name}Folder", first, Of("RestApi", "RootResourceId")),
        (f"{name}Path", last, Of(f"{name}Folder")),
    )
    for resource, part, parent in parents:
        yield Resource(
            resource,
            "AWS::ApiGateway::Resource",
            {"RestApiId": Of("RestApi"), "ParentId": parent, "PathPart": part},
            REST,
        )
    yield Resource(
        f"{name}Method",
        "AWS::ApiGateway::Method",
        {
            "RestApiId": Of("RestApi"),
            "ResourceId": Of(f"{name}Path"),
            "HttpMethod": "ANY",
            "AuthorizationType": "NONE",
            "Integration": {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": invocations(INGRESS),
            },
        },
        REST,
    )


def invocations(function: Of) -> Joined:
    """A function as an API that is not HTTP's calls it."""
    path = text(":lambda:path/2015-03-31/functions/", function, "/invocations")
    return text("arn:", PARTITION, ":apigateway:", REGION, path)


def open_address(name: str, only: Condition, **more: str) -> Iterator[Resource]:
    """A function's URL, for everybody. It asks for two permissions; the second must not open the
    function to whoever calls it otherwise."""
    function = Of(f"{name}Function", "Arn")
    address = {"TargetFunctionArn": function, "AuthType": "NONE", **more}
    everybody = {"FunctionName": function, "Principal": "*"}
    permissions: Mapping[str, Content] = {
        f"{name}UrlPermission": {
            "Action": "lambda:InvokeFunctionUrl",
            "FunctionUrlAuthType": "NONE",
            **everybody,
        },
        f"{name}UrlInvokePermission": {
            "Action": "lambda:InvokeFunction",
            "InvokedViaFunctionUrl": True,
            **everybody,
        },
    }
    yield Resource(f"{name}Url", "AWS::Lambda::Url", address, only)
    for permission, properties in permissions.items():
        yield Resource(permission, "AWS::Lambda::Permission", properties, only)
