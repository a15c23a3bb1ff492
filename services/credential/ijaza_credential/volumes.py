"""The print run of an edition: its valid certificates in the order of names, volume by volume."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Literal, NamedTuple

from ijaza_runtime.errors import Conflicting
from ijaza_runtime.store import Store

from ijaza_credential.desk import COLLECTION as DOCUMENTS
from ijaza_credential.desk import decode as decode_documents
from ijaza_credential.domain.life import Stage, stage_of
from ijaza_credential.storage import states_of

VOLUME = 100
"""Certificates of one volume."""
Language = Literal["en", "ar"]


class Leaf(NamedTuple):
    """A certificate's place in the print run."""

    name: str
    serial: str
    credential_id: str


class Volume(NamedTuple):
    """Some hundred certificates, which are bound together. Numbers begin at 1."""

    edition: str
    number: int
    leaves: Sequence[Leaf]

    @property
    def title(self) -> str:
        return f"{self.edition}, volume {self.number}"


async def leaves_of(
    store: Store, edition: str, by: Language, certificate: str | None = None
) -> list[Leaf]:
    """The certificates to print, in the order of their holders' names in one alphabet.

    `certificate` leaves out all others of the edition's. An erased person's is none of them: it
    has no name and no file any more.
    """
    found = []
    async for state in states_of(store, edition):
        version = state.last_version
        stated = state.stated.get(version)
        if stage_of(state) is not Stage.VALID or stated is None:
            continue
        issued = state.issued[version]
        if certificate in (None, issued.certificate):
            name = stated.name_en if by == "en" else stated.name_ar
            found.append(Leaf(name.casefold(), issued.serial, issued.credential_id))
    return sorted(found)


def volumes_of(edition: str, leaves: Sequence[Leaf]) -> Iterator[Volume]:
    """The volumes that a print run is bound in."""
    for start in range(0, len(leaves), VOLUME):
        yield Volume(edition, start // VOLUME + 1, leaves[start : start + VOLUME])


async def files_of(store: Store, volume: Volume) -> list[bytes]:
    """The PDFs of a volume, in order.

    Raises `Conflicting` if one of them is not made yet: nobody counts pages at the printer's.
    """
    stored = await store.load(DOCUMENTS, [leaf.credential_id for leaf in volume.leaves])
    kept = [decode_documents(stored[key].body).pdf for _, _, key in volume.leaves if key in stored]
    made = [pdf for pdf in kept if pdf is not None]
    if len(made) < len(volume.leaves):
        raise Conflicting(
            "documents-not-made",
            f"of {len(volume.leaves)} certificates of this volume {len(made)} are made so far: "
            "ask again in a moment",
        )
    return made


def mark_of(volumes: Sequence[Volume]) -> str:
    """Another one whenever other certificates are bound, or in another order."""
    mark = sha256()
    for volume in volumes:
        for leaf in volume.leaves:
            mark.update(leaf.credential_id.encode())
    return mark.hexdigest()
