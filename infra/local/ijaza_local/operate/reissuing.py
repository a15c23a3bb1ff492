"""All certificates that a key signed, issued anew with the key that signs now."""

from collections import Counter
from dataclasses import dataclass, field

from ijaza_credential.handlers import EDITIONS
from ijaza_credential.reissuing import Order
from ijaza_runtime.errors import Refusal

from ijaza_local.services import Services


@dataclass(slots=True)
class Reissued:
    """How many were issued anew, and how many valid ones were not, by code."""

    reissued: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


async def reissue_all(services: Services, key_id: str, order: Order) -> Reissued:
    """Issue anew what a key signed in all editions, and make the documents.

    Raises `NotKnown`, and `Conflicting` while the key still signs.
    """
    for service in services.all:
        await service.recover()
    await services.drain(services.all)
    credential, total = services.credential.desk, Reissued()
    key = await credential.reissuing.check(key_id)
    await credential.references.refresh()
    for edition in sorted(credential.references.all(EDITIONS)):
        after: str | None = ""
        while after is not None:
            page = await credential.reissuing.page(edition, key, after)
            results = await credential.reissuing.issue_anew(edition, page.wanted, order)
            total.skipped.update(page.skipped)
            for each in results:
                if isinstance(each, Refusal):
                    total.skipped[each.code] += 1
                else:
                    total.reissued += bool(each.events)
            after = page.next
    await services.drain(services.all)
    return total
