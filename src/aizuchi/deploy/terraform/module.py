"""The stack as a Terraform module: of each file what stands in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aizuchi.deploy.stack.parameters import WITH_WEB
from aizuchi.deploy.stack.values import Output, Parameter, Resource, Stack, When
from aizuchi.deploy.terraform.expressions import LOCALS, Expressions, condition
from aizuchi.deploy.terraform.hcl import Block, Blocks, Raw, expression, file_of
from aizuchi.deploy.terraform.kinds import FILES, KINDS
from aizuchi.deploy.terraform.splitting import split
from aizuchi.deploy.terraform.words import snake

HEAD = "# Printed from src/aizuchi/deploy/stack: python -m aizuchi.deploy.terraform\n\n"
BY_BUCKET = frozenset({"CodeBucket", *FILES})
ZIPS = (
    Parameter("IngressZip", "File with the package of the ingress.", None),
    Parameter("WorkerZip", "File with the package of the worker.", None),
    Parameter(
        "LayerZip", "File with the layer of the web chat's streaming function.", "", wanted=WITH_WEB
    ),
)
MAIN = [
    Block(
        "terraform",
        {
            "required_version": ">= 1.9",
            "required_providers": Blocks(
                [{"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 6"}}]
            ),
        },
    ),
    Block('data "aws_caller_identity" "here"', {}),
    Block('data "aws_partition" "here"', {}),
    Block('data "aws_region" "here"', {}),
    Block("locals", LOCALS),
]


def files(stack: Stack) -> Mapping[str, str]:
    module = Module(stack)
    rooms = {f"{name}.tf": module.blocks(room) for name, room in stack.rooms.items()}
    written = {
        "main.tf": MAIN,
        "variables.tf": list(map(_variable, [*ZIPS, *variables(stack)])),
        **rooms,
        "outputs.tf": [module.output(each) for each in stack.outputs],
    }
    return {name: HEAD + file_of(blocks) for name, blocks in written.items()}


def variables(stack: Stack) -> Sequence[Parameter]:
    return [each for each in stack.parameters if each.name not in BY_BUCKET]


class Module:
    """The resources, which know where each other is."""

    def __init__(self, stack: Stack) -> None:
        parts = [each for resource in stack.resources for each in split(resource)]
        self._resources = {each.name: each for each in parts}
        self._expressions = Expressions(self._attribute)

    def blocks(self, room: Sequence[Resource]) -> list[Block]:
        return [self._block(each) for resource in room for each in split(resource)]

    def output(self, output: Output) -> Block:
        value = When(output.only, output.value) if output.only else output.value
        body = {"description": output.about, "value": self._expressions.of(value)}
        return Block(f'output "{snake(output.name)}"', body)

    def _block(self, resource: Resource) -> Block:
        kind = KINDS[resource.kind]
        body: dict[str, Any] = {}
        if resource.only:
            body["count"] = Raw(f"{condition(resource.only)} ? 1 : 0")
        for name, value in kind.shape(resource.properties).items():
            body |= dict(self._property(kind.property_name(name), value, name in kind.blocks))
        if resource.after:
            body["depends_on"] = [Raw(self._address(each)) for each in resource.after]
        head = self._address(resource.name).replace(".", '" "')
        return Block(f'resource "{head}"', body, resource.about)

    def _property(self, name: str, value: Any, is_block: bool) -> Iterator[tuple[str, Any]]:
        if not is_block:
            of = self._expressions.of
            is_ready = isinstance(value, Raw | Blocks)
            yield name, value if is_ready else of(value)
        elif isinstance(value, When):
            inner = Blocks([self._body(value.value)])
            each = Raw(f"{condition(value.condition)} ? [1] : []")
            yield f'dynamic "{name}"', Blocks([{"for_each": each, "content": inner}])
        else:
            yield name, Blocks([self._body(value)])

    def _body(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        body: dict[str, Any] = {}
        for name, value in values.items():
            body |= dict(self._property(snake(name), value, is_block=False))
        return body

    def _address(self, name: str) -> str:
        kind = KINDS[self._resources[name].kind]
        return f"{kind.name}.{snake(name.removesuffix(kind.suffix) or name)}"

    def _attribute(self, name: str, attribute: str) -> str:
        resource = self._resources[name]
        which = "[0]" if resource.only else ""
        named = snake(attribute) if attribute else KINDS[resource.kind].refers
        return f"{self._address(name)}{which}.{named}"


def _variable(parameter: Parameter) -> Block:
    body: dict[str, Any] = {"description": parameter.about, "type": Raw(_type(parameter))}
    if parameter.default is not None:
        body["default"] = parameter.default
    checks = [{"condition": Raw(code), "error_message": said} for code, said in _checks(parameter)]
    if checks:
        body["validation"] = Blocks(checks)
    return Block(f'variable "{snake(parameter.name)}"', body)


def _type(parameter: Parameter) -> str:
    if isinstance(parameter.default, tuple):
        return "list(string)"
    return "number" if parameter.is_number else "string"


def _checks(parameter: Parameter) -> Iterator[tuple[str, str]]:
    """What a value must be, as an expression and in words."""
    name = snake(parameter.name)
    if parameter.pattern:
        pattern = expression(parameter.pattern)
        yield f"can(regex({pattern}, var.{name}))", f"{name} must fit {parameter.pattern}"
    if parameter.among:
        said = ", ".join(map(str, parameter.among))
        yield f"contains({expression(parameter.among)}, var.{name})", f"{name} is one of {said}."
    if parameter.least is not None:
        yield f"var.{name} >= {parameter.least}", f"{name} is at least {parameter.least}."
    if parameter.most is not None:
        yield f"var.{name} <= {parameter.most}", f"{name} is at most {parameter.most}."
    if parameter.wanted:
        wanted = f"!({condition(parameter.wanted)})"
        yield (
            f'{wanted} || var.{name} != ""',
            f"{snake(parameter.wanted.parameter)} {parameter.wanted.value} needs {name}.",
        )
