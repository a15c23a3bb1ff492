"""Runs a server for as long as another process lives: `keeper.py OWNER COMMAND…`.

Tests can be killed before they end what they started. The keeper is told by the kernel when the
owner (a process id) has ended, however it ended, and then kills the server. It writes the server's
process id on its first line, and ends when the server does.
"""

import os
import select
import subprocess
import sys
import time

TICK_SECONDS = 0.1


def main(owner: int, command: list[str]) -> None:
    """Start the server, and see that it does not outlive its owner."""
    try:
        watched = _watch(owner)
    except ProcessLookupError:
        return
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr) as server:
        sys.stdout.write(f"{server.pid}\n")
        sys.stdout.flush()
        while server.poll() is None and not _ended(owner, watched):
            pass
        server.kill()


def _watch(owner: int) -> int | None:
    """What tells of the owner's end, where the system can."""
    return os.pidfd_open(owner) if hasattr(os, "pidfd_open") else None


def _ended(owner: int, watched: int | None) -> bool:
    """Whether the owner ended within a tick."""
    if watched is not None:
        return bool(select.select([watched], [], [], TICK_SECONDS)[0])
    time.sleep(TICK_SECONDS)
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return True
    return False


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
