"""`ijaza backup` and `ijaza restore`."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

from ijaza_local.cli.console import Bars, complain, print_json, say
from ijaza_local.cli.failing import settings
from ijaza_local.operate.backup import Wish, backup
from ijaza_local.operate.backup_format import Manifest
from ijaza_local.operate.backup_keys import PASSPHRASE
from ijaza_local.operate.restore import Request, restore


def back_up(to: Path, *, keys: bool, as_json: bool) -> None:
    """Make a backup, and print what is in it."""
    configured = settings(logs=False)
    passphrase = os.environ.get(PASSPHRASE, "") if keys else None
    with Bars() as progress:
        wish = Wish(settings=configured, to=to, passphrase=passphrase)
        manifest = asyncio.run(backup(wish, progress, datetime.now(UTC)))
    _tell(manifest, to, as_json=as_json, lead="Backed up to")
    if not keys:
        complain(
            ("The keys are not in it. ", "yellow"),
            f"Without those in {configured.keys} it cannot be restored: keep them too.",
        )


def restore_from(archive: Path, *, as_json: bool) -> None:
    """Restore a backup, and print what is there now."""
    configured = settings(logs=False)
    with Bars() as progress:
        request = Request(
            settings=configured, archive=archive, passphrase=os.environ.get(PASSPHRASE, "")
        )
        manifest = asyncio.run(restore(request, progress))
    _tell(manifest, archive, as_json=as_json, lead="Restored from")


def _tell(manifest: Manifest, path: Path, *, as_json: bool, lead: str) -> None:
    if as_json:
        print_json(
            {
                "file": str(path),
                "made_at": manifest.made_at,
                "release": manifest.release,
                "records": manifest.records,
                "documents": manifest.documents,
                "keys": manifest.keys,
            }
        )
        return
    documents = ", ".join(f"{manifest.stored(name)} of {name}" for name in manifest.documents)
    say(f"{lead} {path}, made at {manifest.made_at} by release {manifest.release}:")
    say(f"{manifest.records} records, and documents: {documents}.")
