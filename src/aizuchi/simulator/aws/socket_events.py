"""What the WebSocket API hands to its function, and how it refuses a handshake."""

import uuid
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from urllib.parse import parse_qs

from starlette.types import Scope, Send

Event = Mapping[str, Any]
Kind = Literal["CONNECT", "MESSAGE", "DISCONNECT"]
ROUTES: Mapping[Kind, str] = {
    "CONNECT": "$connect",
    "MESSAGE": "$default",
    "DISCONNECT": "$disconnect",
}


class Socket(Protocol):
    name: str
    scope: Scope
    connected_at: float


def happened(kind: Kind, socket: Socket, now: float, **more: Any) -> Event:
    """The event of the function; only the one that opens a socket has what was asked for then."""
    of_body = {name: more.pop(name) for name in ("body",) if name in more}
    client = socket.scope.get("client") or ("127.0.0.1", 0)
    request_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{socket.name} {now}"))
    context = {
        "routeKey": ROUTES[kind],
        "eventType": kind,
        "messageDirection": "IN",
        "stage": socket.scope["path"].strip("/"),
        "connectedAt": int(socket.connected_at * 1000),
        "requestTimeEpoch": int(now * 1000),
        "requestId": request_id,
        "extendedRequestId": request_id,
        "connectionId": socket.name,
        "apiId": "aizuchi",
        "domainName": "aizuchi.execute-api.us-east-1.amazonaws.com",
        "identity": {"sourceIp": client[0]},
        **more,
    }
    asked = _asked(socket.scope) if kind == "CONNECT" else {}
    return {**asked, "requestContext": context, "isBase64Encoded": False, **of_body}


def _asked(scope: Scope) -> Event:
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").title(), []).append(value.decode("latin-1"))
    query = parse_qs(scope["query_string"].decode("ascii"), keep_blank_values=True)
    asked: dict[str, Any] = {
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
    }
    if query:
        asked["queryStringParameters"] = {name: values[-1] for name, values in query.items()}
        asked["multiValueQueryStringParameters"] = query
    return asked


async def refused(scope: Scope, send: Send, status: int) -> None:
    """Instead of a handshake: the status, where the server can say one; else a plain 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    status = status if status >= 400 else 403
    await send({"type": "websocket.http.response.start", "status": status, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})
