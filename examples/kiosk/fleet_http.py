"""Posts the scans of a fleet of kiosks by HTTP. README.md says how to run it."""

import json
import os
import sys
from collections.abc import Iterator
from itertools import groupby, islice
from time import sleep
from typing import Any

import httpx

MOST = 500


def batches(scans: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Up to 500 scans of one edition each, in the order given."""
    for edition, of_edition in groupby(scans, key=lambda scan: scan.pop("edition")):
        while some := list(islice(of_edition, MOST)):
            yield {"edition": edition, "scans": some}


def send(http: httpx.Client, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Post a batch until it is answered; what became of each scan.

    The same batch again has no further effect, so whatever went wrong it is sent again.
    """
    while True:
        try:
            answer = http.post("/v1/scans", json=batch)
        except httpx.TransportError:
            sleep(1)
            continue
        if answer.status_code not in {429, 503}:
            return list(answer.raise_for_status().json()["outcomes"])
        sleep(int(answer.headers["Retry-After"]))


def main(address: str) -> None:
    """Send what comes in, a scan a line; `FLEET_TOKEN` proves the fleet's account."""
    token = {"Authorization": f"Bearer {os.environ['FLEET_TOKEN']}"}
    with httpx.Client(base_url=address, headers=token, timeout=30) as http:
        for batch in batches(json.loads(line) for line in sys.stdin):
            for each in send(http, batch):
                if each["outcome"] == "refused":
                    sys.stderr.write(f"{each['scan_id']}: {each['detail']}\n")


if __name__ == "__main__":
    main(sys.argv[1])
