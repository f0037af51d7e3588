"""The stack as a CloudFormation template."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from aizuchi.deploy.stack.values import (
    AnyOf,
    AsText,
    Condition,
    Given,
    Here,
    Is,
    IsSet,
    Joined,
    More,
    Of,
    Output,
    Parameter,
    Resource,
    Stack,
    When,
)

NOTHING = {"Ref": "AWS::NoValue"}
ABOUT = "An assistant that answers every message: aizuchi."

Json = dict[str, Any]


def template(stack: Stack) -> Json:
    conditions = {name_of(each): _condition(each) for each in conditions_in(stack)}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": ABOUT,
        "Parameters": {each.name: _parameter(each) for each in stack.parameters},
        "Rules": _rules(stack.parameters),
        "Mappings": _mappings(stack),
        "Conditions": dict(sorted(conditions.items())),
        "Resources": {each.name: _resource(each) for each in stack.resources},
        "Outputs": {each.name: _output(each) for each in stack.outputs},
    }


def printed(stack: Stack) -> str:
    """Without a space too many: CloudFormation takes 51,200 bytes at once."""
    return json.dumps(template(stack), ensure_ascii=False, separators=(",", ":"))


def _parameter(parameter: Parameter) -> Json:
    kind = "Number" if parameter.is_number else "String"
    if isinstance(parameter.default, tuple):
        kind = "CommaDelimitedList"
    said: Json = {"Type": kind, "Description": parameter.about}
    match parameter.default:
        case None:
            pass
        case tuple(values):
            said["Default"] = ",".join(values)
        case value:
            said["Default"] = value
    bounds = {
        "AllowedPattern": parameter.pattern,
        "AllowedValues": list(parameter.among),
        "MinValue": parameter.least,
        "MaxValue": parameter.most,
    }
    return said | {key: value for key, value in bounds.items() if value or value == 0}


def _rules(parameters: Sequence[Parameter]) -> Json:
    return {
        f"{each.name}IsGiven": {
            "RuleCondition": _condition(each.wanted),
            "Assertions": [
                {
                    "Assert": _condition(IsSet(each.name)),
                    "AssertDescription": f"{each.wanted.parameter} {each.wanted.value} needs "
                    f"{each.name}.",
                }
            ],
        }
        for each in parameters
        if each.wanted
    }


def _resource(resource: Resource) -> Json:
    said: Json = {"Type": resource.kind}
    if resource.only:
        said["Condition"] = name_of(resource.only)
    if resource.after:
        said["DependsOn"] = list(resource.after)
    if resource.stays:
        said |= {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    if resource.unlinted:
        said["Metadata"] = {"cfn-lint": {"config": {"ignore_checks": list(resource.unlinted)}}}
    return said | {"Properties": value_of(resource.properties)}


def _output(output: Output) -> Json:
    only = {"Condition": name_of(output.only)} if output.only else {}
    return {"Description": output.about, "Value": value_of(output.value), **only}


def value_of(value: Any) -> Any:
    """A value as a template has it."""
    match value:
        case Joined(parts):
            return {"Fn::Sub": "".join(map(_part, parts))}
        case AsText(content):
            return {"Fn::Sub": json.dumps(_inside(content), separators=(",", ":"))}
        case When(condition, then, otherwise):
            other = NOTHING if otherwise is None else value_of(otherwise)
            return {"Fn::If": [name_of(condition), value_of(then), other]}
        case Given() | Here() | Of() | More():
            return _reference(value)
        case Mapping():
            return {key: value_of(each) for key, each in value.items()}
        case list() | tuple():
            return [value_of(each) for each in value]
        case _:
            return value


def _reference(value: Given | Here | Of | More) -> Json:
    match value:
        case Given(parameter):
            return {"Ref": parameter}
        case Here(name):
            return {"Ref": f"AWS::{name}"}
        case Of(resource, ""):
            return {"Ref": resource}
        case Of(resource, attribute):
            return {"Fn::GetAtt": [resource, attribute]}
        case More(parameter, by):
            return {"Fn::FindInMap": [parameter, {"Ref": parameter}, f"And{by}"]}


def _part(part: str | Given | Of | Here) -> str:
    match part:
        case Given(parameter):
            return f"${{{parameter}}}"
        case Here(name):
            return f"${{AWS::{name}}}"
        case Of(resource, attribute):
            return f"${{{resource}.{attribute}}}" if attribute else f"${{{resource}}}"
        case str():
            return part


def _inside(content: Any) -> Any:
    """JSON in which values stand as `${…}`."""
    match content:
        case Joined(parts):
            return "".join(map(_part, parts))
        case Given() | Of() | Here():
            return _part(content)
        case Mapping():
            return {key: _inside(each) for key, each in content.items()}
        case list() | tuple():
            return [_inside(each) for each in content]
        case _:
            return content


def name_of(condition: Condition) -> str:
    match condition:
        case Is(parameter, value):
            return f"{parameter}Is{value.capitalize() if value.islower() else value}"
        case IsSet(parameter):
            return f"{parameter}IsSet"
        case AnyOf(conditions):
            return "Or".join(map(name_of, conditions))


def _condition(condition: Condition) -> Json:
    match condition:
        case Is(parameter, value):
            return {"Fn::Equals": [{"Ref": parameter}, value]}
        case IsSet(parameter, empty):
            return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, empty]}]}
        case AnyOf(conditions):
            return {"Fn::Or": [{"Condition": name_of(each)} for each in conditions]}


def conditions_in(stack: Stack) -> Iterator[Condition]:
    """Every condition that is used, and those it is made of."""
    for resource in stack.resources:
        yield from _conditions((resource.only, resource.properties))
    for output in stack.outputs:
        yield from _conditions((output.only, output.value))


def _conditions(value: Any) -> Iterator[Condition]:
    if isinstance(value, Is | IsSet | AnyOf):
        yield value
    for each in _within(value):
        yield from _conditions(each)


def _within(value: Any) -> Iterable[Any]:
    match value:
        case Mapping():
            return value.values()
        case list() | tuple():
            return value
        case _:
            return ()


def _mappings(stack: Stack) -> Json:
    """A template cannot add, so the sums stand in a table."""
    sums = {each for resource in stack.resources for each in _sums(resource.properties)}
    return {
        parameter: {
            str(value): {f"And{by}": int(value) + by} for value in stack.parameter(parameter).among
        }
        for parameter, by in sums
    }


def _sums(value: Any) -> Iterator[More]:
    if isinstance(value, More):
        yield value
    for each in _within(value):
        yield from _sums(each)
