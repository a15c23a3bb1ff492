"""What the process that runs a template gives up before it sees any: the network, and plenty.

A template is a program of somebody else's. typst lets it read the files of its folder alone; what
is given up here holds whatever typst lets through. Nothing of it needs a privilege.
"""

import ctypes
import platform
import resource
import struct
import sys

_SET_NO_NEW_PRIVILEGES = 38
_SET_SECCOMP = 22
_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | 13
"""The call fails with EACCES."""
_NUMBER, _ARCHITECTURE = 0, 4
"""Offsets in what a filter sees of a call (`struct seccomp_data`)."""
_FOREIGN_CALLS = 0x40000000
"""From here on x86-64 counts the calls of another ABI."""

# socket, connect, execve, execveat, io_uring_setup (which can open sockets), ptrace
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425, 101)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425, 117)),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def limit(memory: int) -> None:
    """Bound this process: `memory` bytes of address space, few open files, nothing written."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def limit_time(seconds: int) -> None:
    """Let this process run for so many seconds of CPU from now on; after them it is killed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def refuse_network() -> None:
    """Have the kernel refuse this process every socket, and every other program, for ever.

    Threads that are started later inherit it. Elsewhere than on Linux there is no such filter, and
    what remains is that typst is given no proxy that answers. Raises `OSError`.
    """
    found = _CALLS.get(platform.machine())
    if sys.platform != "linux" or found is None:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    code = b"".join(_instructions(*found))
    program = _Program(len(code) // 8, code)
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(
        _SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")


def _instructions(architecture: int, calls: tuple[int, ...]) -> list[bytes]:
    """The filter: a call of another architecture kills, one of those named is refused."""
    count = len(calls)
    return [
        _instruction(_LOAD, _ARCHITECTURE),
        _instruction(_EQUAL, architecture, 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _NUMBER),
        _instruction(_AT_LEAST, _FOREIGN_CALLS, count + 1, 0),
        *(_instruction(_EQUAL, call, count - at, 0) for at, call in enumerate(calls)),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _REFUSE),
    ]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
