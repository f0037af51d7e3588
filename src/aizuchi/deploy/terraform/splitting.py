"""What is one resource in CloudFormation and two, or another one, in Terraform."""

from collections.abc import Iterator

from aizuchi.deploy.stack.names import named
from aizuchi.deploy.stack.values import AsText, Resource
from aizuchi.deploy.terraform.kinds import BY_URL, INTEGRATION, SETTINGS


def split(resource: Resource) -> Iterator[Resource]:
    match resource.kind:
        case "AWS::ApiGateway::Method":
            yield from _method(resource)
        case "AWS::ApiGateway::Stage":
            yield from _stage(resource)
        case "AWS::ApiGateway::Deployment":
            yield resource._replace(after=tuple(map(integration_of, resource.after)))
        case "AWS::Lambda::Permission" if "InvokedViaFunctionUrl" in resource.properties:
            yield _by_url(resource)
        case _:
            yield resource


def _by_url(resource: Resource) -> Resource:
    """A stack with that one permission."""
    permission = {"Type": resource.kind, "Properties": resource.properties}
    name = named(f"{resource.name.partition('Url')[0].lower()}-url")
    stack = {"Name": name, "TemplateBody": AsText({"Resources": {"Permission": permission}})}
    about = (
        "That the function may be called, but by its URL only: Terraform's provider has no word "
        "for this condition, so that CloudFormation says it, in a stack of this permission alone."
    )
    return resource._replace(kind=BY_URL, properties=stack, about=about)


def integration_of(method: str) -> str:
    return method.removesuffix("Method") + "Integration"


def _method(resource: Resource) -> Iterator[Resource]:
    properties = dict(resource.properties)
    integration = properties.pop("Integration")
    where = {key: properties[key] for key in ("RestApiId", "ResourceId", "HttpMethod")}
    yield resource._replace(properties=properties)
    yield Resource(
        integration_of(resource.name),
        INTEGRATION,
        {**where, **integration},
        resource.only,
        (resource.name,),
    )


def _stage(resource: Resource) -> Iterator[Resource]:
    properties = dict(resource.properties)
    (settings,) = properties.pop("MethodSettings")
    limits = {key: each for key, each in settings.items() if key.startswith("Throttling")}
    yield resource._replace(properties=properties)
    where = {"RestApiId": properties["RestApiId"], "StageName": properties["StageName"]}
    yield Resource(
        "RestLimits",
        SETTINGS,
        {**where, "MethodPath": "*/*", "Settings": limits},
        resource.only,
        (resource.name,),
    )
