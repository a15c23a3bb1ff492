"""The contracts as files for whoever reads no Python: JSON Schemas, AsyncAPI, goldens.

    python -m ijaza_contracts.schemas --write    # after a change to an event
    python -m ijaza_contracts.schemas --check    # in the tests, and before a release

Both refuse a change that breaks a committed schema: a breaking change is a new version of the
event, beside the old one. A golden, the first record written of a version, is never rewritten.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ijaza_contracts.asyncapi import document
from ijaza_contracts.compatibility import breaking_changes
from ijaza_contracts.envelope import CloudEvent
from ijaza_contracts.examples import EXAMPLES
from ijaza_contracts.registry import BY_TYPE, EVENTS
from ijaza_contracts.wire import event_schema

HOME = Path(__file__).parents[1]
"""The folder `contracts/` of a checkout."""

_WRITE = "python -m ijaza_contracts.schemas --write"


def golden_record(event: CloudEvent) -> dict[str, Any]:
    """An event as it stands on Kafka: key, headers and body.

    The body is JSON of which the record has the shortest spelling, without ASCII escapes.
    """
    return {"key": event.key, "headers": event.headers(), "body": json.loads(event.body())}


def artefacts() -> dict[str, str]:
    """The generated files and what is in them, by their paths in `contracts/`."""
    schemas = {schema_path(event.TYPE): _text(event_schema(event)) for event in EVENTS}
    return schemas | {"asyncapi.json": _text(document())}


def schema_path(kind: str) -> str:
    """Where the schema of a type of event lies in `contracts/`."""
    return f"schemas/{kind}.json"


def golden_path(kind: str) -> str:
    """Where the golden of a type of event lies in `contracts/`."""
    return f"golden/{kind}.json"


def broken_contracts(home: Path = HOME) -> list[str]:
    """What the models no longer keep of the committed schemas."""
    return [
        f"{path.stem}: {change}"
        for path in sorted((home / "schemas").glob("*.json"))
        for change in _changes(path)
    ]


def check(home: Path = HOME) -> list[str]:
    """Everything that is wrong with the committed files; empty if nothing is."""
    return [*broken_contracts(home), *_outdated(home)]


def write(home: Path = HOME) -> list[str]:
    """Write the generated files, and the goldens that are missing.

    Returns what is broken instead, and writes nothing then.
    """
    broken = broken_contracts(home)
    if not broken:
        for path, text in {**_missing_goldens(home), **artefacts()}.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text, encoding="utf-8")
    return broken


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 if all is well, 1 and the faults on stderr if not."""
    parser = argparse.ArgumentParser(prog="python -m ijaza_contracts.schemas")
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--write", action="store_true", help="write the generated files")
    chosen.add_argument("--check", action="store_true", help="say what is not as it should be")
    parser.add_argument("--home", type=Path, default=HOME, help="the folder contracts/")
    options = parser.parse_args(arguments)
    faults = write(options.home) if options.write else check(options.home)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


def _changes(path: Path) -> list[str]:
    event = BY_TYPE.get(path.stem)
    if event is None:
        return ["the event is gone: a published type is kept, for its records are"]
    changes = breaking_changes(json.loads(path.read_text(encoding="utf-8")), event_schema(event))
    return [f"{change}. Publish it as a new version" for change in changes]


def _outdated(home: Path) -> Iterator[str]:
    for path, text in artefacts().items():
        if not (home / path).exists() or (home / path).read_text(encoding="utf-8") != text:
            yield f"{path} is not what the models say now: run `{_WRITE}`"
    for path in _missing_goldens(home):
        yield f"{path} is missing: run `{_WRITE}`"


def _missing_goldens(home: Path) -> dict[str, str]:
    return {
        golden_path(kind): _text(golden_record(event))
        for kind, event in EXAMPLES.items()
        if not (home / golden_path(kind)).exists()
    }


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
