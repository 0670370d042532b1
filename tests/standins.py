"""Stand-ins on loopback for services that take requests, work on them and hand out files.

A service is a WSGI application whose routes are methods; it remembers what it was asked. The files
that it hands out come from the file server of tests/servers.py, with all that can go wrong there.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs

from tests.servers import FileServer, serve, serve_app


@dataclass
class Call:
    """A request that arrived: its path, query, headers (lower case) and JSON body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    json: Any

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic, where given."""
        kind, _, secret = self.headers.get("authorization", "").partition(" ")
        if kind != "Basic":
            return None
        user, _, password = base64.b64decode(secret).decode().partition(":")
        return user, password

    @property
    def bearer(self) -> str | None:
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind == "Bearer" else None


@dataclass
class Reply:
    status: int = 200
    json: Any = None
    text: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return b"" if self.json is None else json.dumps(self.json).encode()


Handler = Callable[..., Reply]


class Service:
    """Answers by routes: (method, pattern of the path) to a handler of the call and its groups."""

    def __init__(self, files: FileServer) -> None:
        self.files = files
        self.url = ""  # known once it is served
        self.calls: list[Call] = []
        self.trouble: list[int] = []  # statuses answered first, one a request

    def routes(self) -> dict[tuple[str, str], Handler]:
        raise NotImplementedError

    def asked(self, method: str, pattern: str = ".*") -> list[Call]:
        """The calls of a method whose path a pattern fits."""
        return [c for c in self.calls if c.method == method and re.fullmatch(pattern, c.path)]

    def answer(self, call: Call) -> Reply:
        if self.trouble:
            return Reply(self.trouble.pop(0))
        for (method, pattern), handler in self.routes().items():
            match = re.fullmatch(pattern, call.path)
            if method == call.method and match:
                return handler(call, *match.groups())
        return Reply(404, {"title": "not found", "message": "not found"})

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        call = Call(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"],
            {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()},
            {k[5:].lower().replace("_", "-"): v for k, v in environ.items() if k[:5] == "HTTP_"},
            json.loads(text) if text else None,
        )
        self.calls.append(call)
        reply = self.answer(call)
        kind = "application/json" if reply.text is None else "text/html"
        headers = {"Content-Type": kind, "Content-Length": str(len(reply.body))} | reply.headers
        start(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(headers.items()))
        return [reply.body]


S = TypeVar("S", bound=Service)


@contextmanager
def serve_service(kind: type[S]) -> Iterator[S]:
    """Serve a service and its files until the end of the block."""
    with serve({}) as files:
        service = kind(files)
        with serve_app(service) as (url, _):
            service.url = url
            yield service


class Sleeps(list[float]):
    """Stands in for sleeping and remembers how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
