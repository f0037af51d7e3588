"""How AWS's JSON protocols write an answer and an error."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from aizuchi.simulator.aws.fake import Service
from aizuchi.simulator.aws.refusals import Refused
from aizuchi.simulator.aws.signing import NotSigned

OF_CORAL = {"ValidationException": "validate", "SerializationException": "service"}
# SQS keeps the codes of its old protocol in a header; what stands in the body is another name.
OLD_SQS_CODES = {
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
}
NOT_SIGNED = {
    "missing": "MissingAuthenticationTokenException",
    "incomplete": "IncompleteSignatureException",
    "unknown": "UnrecognizedClientException",
    "wrong": "InvalidSignatureException",
    "late": "InvalidSignatureException",
}


def answer(service: Service, body: Mapping[str, Any], status: int = 200, **more: str) -> Response:
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    headers = {"x-amzn-requestid": "00000000-a12c-4000-8000-000000000000", **more}
    if service.title == "DynamoDB":
        headers["x-amz-crc32"] = str(zlib.crc32(content))
    return Response(content, status, headers, f"application/x-amz-json-{service.version}")


def error(service: Service, refused: Refused) -> Response:
    body = {"__type": _type_of(service, refused.code), "message": refused.message, **refused.more}
    more = {}
    if service.title == "SQS":
        fault = "Sender" if refused.status < 500 else "Receiver"
        code = OLD_SQS_CODES.get(refused.code, refused.code)
        more["x-amzn-query-error"] = f"{code};{fault}"
    return answer(service, body, refused.status, **more)


def not_signed(service: Service, why: NotSigned) -> Refused:
    status = 403 if service.title == "SQS" else 400
    return Refused(NOT_SIGNED[why.kind], why.message, status)


def _type_of(service: Service, code: str) -> str:
    name = code.rpartition(".")[2]
    if name in NOT_SIGNED.values() or name == "UnknownOperationException":
        return f"com.amazon.coral.service#{name}"
    match service.title:
        case "DynamoDB" if name in OF_CORAL:
            return f"com.amazon.coral.{OF_CORAL[name]}#{name}"
        case "DynamoDB":
            return f"com.amazonaws.dynamodb.v20120810#{name}"
        case "SQS":
            return f"com.amazonaws.sqs#{_NEW_SQS_NAMES.get(name, name)}"
    return name


_NEW_SQS_NAMES = {"NonExistentQueue": "QueueDoesNotExist"}
