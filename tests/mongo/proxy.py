"""Stands between a store and its server: sees every command, and loses or alters what it is told.

Knows of MongoDB's protocol only OP_MSG, which drivers and servers speak since 2017, and within it
the first section, which is the command or the reply.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import bson
from pymongo.uri_parser import parse_uri

Fields = dict[str, Any]
Meanwhile = Callable[[], Awaitable[object]]

_HEADER = struct.Struct("<iiii")
_OP_MSG = 2013
_SECTION = _HEADER.size + 5


async def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one command.

    `arrives` says whether the server gets it, `reply` what its reply is changed into before it is
    passed on, or None if it is lost with the connection. `meanwhile` is awaited before the command
    is passed on, or where that happens, after the server has replied.
    """

    arrives: bool = True
    reply: Callable[[Fields], Fields] | None = None
    before: Meanwhile = _nothing
    meanwhile: Meanwhile = _nothing


@dataclass(slots=True)
class Proxy:
    """`address` takes the place of the server's, ending in a slash."""

    address: str = ""
    commands: list[Fields] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    greeting: Fields = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)

    def once(self, command: str, fault: Fault) -> None:
        """Have the next command of this name, not under a fault yet, suffer it."""
        self.faults.setdefault(command, []).append(fault)

    def seen(self, *names: str) -> list[Fields]:
        """The commands of these names, in order, without the documents that some carry."""
        return [command for command in self.commands if next(iter(command)) in names]


@asynccontextmanager
async def proxied(server: str) -> AsyncIterator[Proxy]:
    """A proxy before the server at an address."""
    ((host, port),) = parse_uri(server)["nodelist"]
    proxy = Proxy()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        up_reader, up_writer = await asyncio.open_connection(host, port)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while await _exchange(proxy, reader, writer, up_reader, up_writer):
                    pass
        finally:
            up_writer.close()
            writer.close()
            tasks.discard(task)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    own = listening.sockets[0].getsockname()
    proxy.address = f"mongodb://127.0.0.1:{own[1]}/"
    try:
        yield proxy
    finally:
        listening.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _exchange(
    proxy: Proxy,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    up_reader: asyncio.StreamReader,
    up_writer: asyncio.StreamWriter,
) -> bool:
    """Pass a command and its reply on; whether the connection goes on."""
    request = await _message(reader)
    command = _first_section(request)
    name = next(iter(command), "")
    if command:
        proxy.commands.append(command)
        proxy.sizes.append(len(request))
    waiting = proxy.faults.get(name)
    fault = waiting.pop(0) if waiting else Fault(reply=lambda reply: reply)
    await fault.before()
    if not fault.arrives:
        return False
    up_writer.write(request)
    await up_writer.drain()
    reply = await _message(up_reader)
    await fault.meanwhile()
    change = fault.reply
    if change is None:
        return False
    added = proxy.greeting if name.lower() in ("hello", "ismaster") else {}
    writer.write(_changed(reply, lambda told: change(told) | added))
    await writer.drain()
    return True


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(_HEADER.size)
    return head + await reader.readexactly(_HEADER.unpack(head)[0] - _HEADER.size)


def _first_section(message: bytes) -> Fields:
    """The command of an OP_MSG; of anything else, nothing."""
    if _HEADER.unpack_from(message)[3] != _OP_MSG:
        return {}
    (size,) = struct.unpack_from("<i", message, _SECTION)
    found: Fields = bson.decode(message[_SECTION : _SECTION + size])
    return found


def _changed(message: bytes, change: Callable[[Fields], Mapping[str, Any]]) -> bytes:
    """The message with its document changed."""
    _, request, response, code = _HEADER.unpack_from(message)
    start = _SECTION if code == _OP_MSG else _HEADER.size + 20
    document = bson.encode(change(bson.decode(message[start:])))
    head = _HEADER.pack(start + len(document), request, response, code)
    return head + message[_HEADER.size : start] + document
