"""`ijaza print`."""

import asyncio
from pathlib import Path

from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.console import Bars, say
from ijaza_local.cli.places import known_store_of, place
from ijaza_local.operate.print_run import Printed, Wish, print_edition


def print_certificates(wish: Wish, out: Path | None) -> None:
    """Write the print run of an edition, and say how many pages it has."""

    async def printed(configured: RuntimeSettings) -> Printed:
        async with known_store_of(configured) as store:
            with Bars() as progress:
                return await print_edition(store, wish, progress)

    with place(out) as configured:
        came = asyncio.run(printed(configured))
    count = f"{came.certificates} certificates, {came.pages} pages"
    if wish.in_volumes:
        say(f"{count} in {len(came.files)} volumes: {wish.to}")
    else:
        say(f"{count} in one file: {came.files[0]}")
