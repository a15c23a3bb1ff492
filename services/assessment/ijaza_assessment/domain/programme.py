"""What assessment needs of an edition's newest revision."""

from collections.abc import Mapping
from dataclasses import dataclass

from ijaza_contracts.edition import Test
from ijaza_contracts.enrollment import EditionPublished


@dataclass(frozen=True, slots=True)
class Programme:
    """One revision of an edition: its modules, and the tests of those that have one."""

    edition: str
    revision: int
    modules: tuple[str, ...]
    tests: Mapping[str, Test]

    @property
    def stamp(self) -> str:
        """Changes with the revision: a pass mark or a number of attempts may be another."""
        return str(self.revision)


def on_edition_published(current: Programme | None, event: EditionPublished) -> Programme:
    """The newest revision stands, whatever the order of arrival."""
    if current is not None and current.revision >= event.revision:
        return current
    return Programme(
        edition=event.edition,
        revision=event.revision,
        modules=tuple(module.id for module in event.definition.modules),
        tests={
            module.id: module.test for module in event.definition.modules if module.test is not None
        },
    )
