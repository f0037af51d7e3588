"""The API of WebSockets, by which the web chat is told what happens."""

from collections.abc import Iterator, Sequence

from aizuchi.deploy.stack.entry import LIMITS, called_by, invocations
from aizuchi.deploy.stack.names import SOCKET_STAGE, SOCKETS, named
from aizuchi.deploy.stack.parameters import WITH_WEB
from aizuchi.deploy.stack.values import Of, Output, Resource, text

API, FUNCTION = Of("SocketApi"), Of("SocketFunction", "Arn")
ROUTES = {"Connect": "$connect", "Default": "$default", "Disconnect": "$disconnect"}


def resources() -> Sequence[Resource]:
    return [*_api(), *_routes(), _stage(), _permission()]


def outputs() -> Sequence[Output]:
    about = "The API of WebSockets; browsers say wss:// to it."
    return (Output("Sockets", about, SOCKETS, WITH_WEB),)


def _api() -> Iterator[Resource]:
    api = {
        "Name": named("sockets"),
        "ProtocolType": "WEBSOCKET",
        "RouteSelectionExpression": "$request.body.type",
    }
    yield Resource("SocketApi", "AWS::ApiGatewayV2::Api", api, WITH_WEB)
    integration = {
        "ApiId": API,
        "IntegrationType": "AWS_PROXY",
        "IntegrationMethod": "POST",
        "IntegrationUri": invocations(FUNCTION),
    }
    yield Resource("SocketIntegration", "AWS::ApiGatewayV2::Integration", integration, WITH_WEB)


def _routes() -> Iterator[Resource]:
    target = text("integrations/", Of("SocketIntegration"))
    for name, key in ROUTES.items():
        route = {"ApiId": API, "RouteKey": key, "Target": target}
        yield Resource(f"Socket{name}Route", "AWS::ApiGatewayV2::Route", route, WITH_WEB)


def _stage() -> Resource:
    stage = {
        "ApiId": API,
        "StageName": SOCKET_STAGE,
        "AutoDeploy": True,
        "DefaultRouteSettings": LIMITS,
    }
    after = tuple(f"Socket{name}Route" for name in ROUTES)
    return Resource("SocketStage", "AWS::ApiGatewayV2::Stage", stage, WITH_WEB, after)


def _permission() -> Resource:
    called = called_by(API, FUNCTION)
    return Resource("SocketPermission", "AWS::Lambda::Permission", called, WITH_WEB)
