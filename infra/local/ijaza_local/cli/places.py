"""Where a command finds bus and keys: where the settings say, or in the OUT of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ijaza_runtime.settings import RuntimeSettings

from ijaza_local.cli.failing import settings
from ijaza_local.play.phases import PlayError
from ijaza_local.play.state import attached, check_keys, is_out, opened, settings_of


@contextmanager
def place(out: Path | None) -> Iterator[RuntimeSettings]:
    """The settings of an OUT, which no other process has meanwhile, or those of the environment.

    Raises `PlayError` for a folder that is no OUT, or keeps its state elsewhere, or had other keys.
    """
    configured = settings(logs=False)
    if out is None:
        yield configured
        return
    if not is_out(out):
        raise PlayError(f"{out} was not made by `ijaza run`: give the OUT of a run")
    with opened(out) as ledger:
        if attached(ledger):
            raise PlayError(f"the state of {out} is with services elsewhere: leave --out away")
        check_keys(out, ledger, configured.keys)
        yield settings_of(out, configured)
