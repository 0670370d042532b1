"""Real servers on loopback that serve files well or badly, as told.

with serve({"/a.nc": File(b"...", statuses=[500, 429])}) as server:
    download(server.url + "/a.nc", ...)
    server.asked        # every request: path, headers and how many bytes went out
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

PIECE = 1 << 14


@dataclass
class File:
    """What is served at one path, and what goes wrong before it goes right."""

    body: bytes
    content_type: str = "application/octet-stream"
    etag: str | None = '"1"'
    modified: str | None = None
    ranges: bool = True
    length: bool = True  # whether the reply tells it
    statuses: list[int] = field(default_factory=list)  # answered first, one a request
    headers: dict[str, str] = field(default_factory=dict)  # sent with every answer
    breaks: list[int] = field(default_factory=list)  # bytes after which a reply breaks off
    pause: float = 0  # s between pieces
    location: str | None = None  # where it redirects to


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    sent: int = 0

    @property
    def range(self) -> str | None:
        return self.headers.get("Range")


class FileServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, files: dict[str, File]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.asked: list[Asked] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FileServer

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        asked = Asked(self.path, dict(self.headers))
        self.server.asked.append(asked)
        file = self.server.files.get(self.path.partition("?")[0])
        if file is None:
            self._answer(404, b"<html>not here</html>", asked, {"Content-Type": "text/html"})
        elif file.location is not None:
            self._answer(302, b"", asked, {"Location": file.location})
        elif file.statuses:
            self._answer(file.statuses.pop(0), b"", asked, file.headers)
        else:
            self._serve(file, asked)

    def _serve(self, file: File, asked: Asked) -> None:
        headers = {"Content-Type": file.content_type} | file.headers
        headers |= {"ETag": file.etag} if file.etag else {}
        headers |= {"Last-Modified": file.modified} if file.modified else {}
        same = asked.headers.get("If-Range") in (None, file.etag, file.modified)
        if asked.range is None or not same or not file.ranges:
            self._answer(200, file.body, asked, headers, file)
            return
        first, _, last = asked.range.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(file.body) - 1), len(file.body) - 1)
        if start > end:
            self._answer(416, b"", asked, headers)
            return
        headers["Content-Range"] = f"bytes {start}-{end}/{len(file.body)}"
        self._answer(206, file.body[start : end + 1], asked, headers, file)

    def _answer(
        self,
        status: int,
        body: bytes,
        asked: Asked,
        headers: dict[str, str],
        file: File | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if file is None or file.length:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        end = file.breaks.pop(0) if file and file.breaks else len(body)
        self.close_connection = end < len(body) or not (file is None or file.length)
        for i in range(0, end, PIECE):
            asked.sent += self.wfile.write(body[i : min(i + PIECE, end)])
            if file and file.pause:
                time.sleep(file.pause)


@contextmanager
def serve(files: dict[str, File]) -> Iterator[FileServer]:
    """Serve files until the end of the block."""
    with FileServer(files) as server, _running(server):
        yield server


@contextmanager
def serve_app(app: Any) -> Iterator[tuple[str, list[str]]]:
    """Serve a WSGI application; gives its address and the list of paths that were asked for."""
    asked: list[str] = []

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_: Any) -> None:
            asked.append(self.path)

    server: WSGIServer = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    with server, _running(server):
        yield f"http://127.0.0.1:{server.server_port}", asked


@contextmanager
def _running(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
