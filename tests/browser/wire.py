"""The line between a kiosk and the service: answers to batches can be lost on it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BATCHES = "/v1/kiosk/batches"
_OF_THE_LINE = {"connection", "transfer-encoding", "keep-alive"}


class Wire:
    """What went over the line; `losses` is how many answers to batches it still loses."""

    def __init__(self, service: int) -> None:
        self.losses = 0
        self.batches: list[bytes] = []
        wire = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wire.carry(self, service)

            def do_POST(self) -> None:
                wire.carry(self, service)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def carry(self, asked: BaseHTTPRequestHandler, service: int) -> None:
        """Carry a question to the service and the answer back, or lose the answer on the way."""
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        sent = {key: value for key, value in asked.headers.items() if _is_carried(key)}
        line = HTTPConnection("127.0.0.1", service, timeout=60)
        try:
            line.request(asked.command, asked.path, body, sent)
            answer = line.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            return  # the service is away: the browser sees a line that went dead
        finally:
            line.close()
        if asked.path == BATCHES:
            self.batches.append(body)
            if self.losses:
                self.losses -= 1
                return
        asked.send_response_only(answer.status)
        for key, value in answer.getheaders():
            if _is_carried(key):
                asked.send_header(key, value)
        with suppress(ConnectionError):  # the browser has hung up
            asked.end_headers()
            asked.wfile.write(content)


def _is_carried(header: str) -> bool:
    return header.lower() not in _OF_THE_LINE


@contextmanager
def wire_to(service: int) -> Iterator[Wire]:
    """A line to a port of this machine."""
    wire = Wire(service)
    thread = threading.Thread(target=wire.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.server.shutdown()
        wire.server.server_close()
        thread.join()
