"""What certificates state of their holders, as credential tells itself.

It is personal, and so no event that others read says it. Told with every certificate, it lets a
superseded one's documents be made again to the byte.
"""

from collections.abc import Mapping
from dataclasses import replace

from ijaza_contracts.envelope import Event
from ijaza_contracts.journal import (
    CertificatesStated,
    CertificateStated,
    StatedResult,
    StatementsErased,
)

from ijaza_credential.domain.fold import placed
from ijaza_credential.domain.state import Result, State, Stated


def journaled(state: State, known: Mapping[int, Stated]) -> list[Event]:
    """What the journal is to be told, if more is stated now than was `known`."""
    if state.stated == known:
        return []
    return [
        CertificatesStated(
            edition=state.edition,
            participant=state.participant,
            at=state.issued[state.last_version].at,
            stated=tuple(_told(version, each) for version, each in sorted(state.stated.items())),
        )
    ]


def erased(state: State) -> list[Event]:
    """The tombstone over what the journal was told of somebody who was erased."""
    if not state.stated:
        return []
    return [
        StatementsErased(
            edition=state.edition,
            participant=state.participant,
            at=state.issued[state.last_version].at,
        )
    ]


def on_certificates_stated(state: State, event: CertificatesStated) -> State:
    """What a certificate states stands for ever, and whoever tells it first tells it all."""
    stated = state.stated
    for each in event.stated:
        if each.version not in stated:
            stated = placed(stated, each.version, _stated(each))
    return state if stated is state.stated else replace(state, stated=stated)


def _told(version: int, stated: Stated) -> CertificateStated:
    return CertificateStated(
        version=version,
        name_en=stated.name_en,
        name_ar=stated.name_ar,
        results=tuple(
            StatedResult(
                module=each.module,
                scheduled=each.scheduled,
                attended=each.attended,
                best_score=each.best_score,
            )
            for each in stated.results
        ),
    )


def _stated(told: CertificateStated) -> Stated:
    return Stated(
        told.name_en,
        told.name_ar,
        tuple(
            Result(each.module, each.scheduled, each.attended, each.best_score)
            for each in told.results
        ),
    )
