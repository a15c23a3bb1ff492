"""What a service is told by its environment. `docs/settings.md` is generated from here."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "IJAZA_"


class RuntimeSettings(BaseSettings):
    """The settings that every service has, read from `IJAZA_*` variables.

    A pydantic `ValidationError` names each variable that does not fit, never its value:
    addresses can carry passwords, and so they are left out of `repr` too.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    bus_url: Annotated[
        str,
        Field(
            repr=False,
            description="The bus: `sqlite:///FILE`, on a disk of this machine.",
        ),
    ] = "sqlite:///.ijaza/bus.db"
    store_url: Annotated[
        str,
        Field(
            repr=False,
            description="The stores: `sqlite:///FOLDER`, where each service has a file.",
        ),
    ] = "sqlite:///.ijaza/stores"
    keys: Annotated[
        Path,
        Field(
            description="The folder of keys and secrets. They are made once, with mode 0600; "
            "keep a backup, since ids, serials and signatures hang on them."
        ),
    ] = Path(".ijaza/keys")
    partitions: Annotated[
        int,
        Field(
            ge=1,
            le=1024,
            description="Partitions of every topic keyed by participant, fixed for its life.",
        ),
    ] = 12
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Field(description="The least severe of Ijaza's log lines; `INFO` has one a request."),
    ] = "WARNING"


def settings_table() -> str:
    """The settings as a page in Markdown: `docs/settings.md`."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | `{field.default}` | {field.description} |"
        for name, field in RuntimeSettings.model_fields.items()
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "Every service reads these environment variables. Paths are relative to the working",
            "directory. This page is generated: `python -m ijaza_runtime.settings > "
            "docs/settings.md`.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(settings_table())
