"""On which kind of file system a path lies."""

import re
from pathlib import Path

NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.ceph-fuse",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs2",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
    }
)
"""SQLite's WAL needs memory that its processes share, which these cannot give them."""

_MOUNTS = Path("/proc/mounts")


def network_file_system(path: Path) -> str | None:
    """The type of the network file system that holds `path`, or None if it is a local one.

    The path need not exist yet. Where the machine has no /proc/mounts the answer is None.
    """
    if not _MOUNTS.exists():
        return None
    kind = file_system_of(path.resolve(), _MOUNTS.read_text("utf-8", "surrogateescape"))
    return kind if kind in NETWORK_FILE_SYSTEMS else None


def file_system_of(path: Path, mounts: str) -> str:
    """The type of the file system of an absolute path, by a table in the form of /proc/mounts.

    The longest mount point counts, and of equal ones the last: it hides those before it.
    """
    longest, found = -1, ""
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = _plain(point)
        if len(point) >= longest and path.is_relative_to(point):
            longest, found = len(point), kind
    return found


def _plain(point: str) -> str:
    r"""A mount point without the octal escapes of /proc/mounts (`\040` for a space)."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), point)
