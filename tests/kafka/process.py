"""A member of a group as a process of its own, for tests that stop or kill it.

It writes one JSON value per line: what it holds, and each record that it commits.
"""

import asyncio
import json
import sys

from ijaza_runtime.adapters.kafka_bus import KafkaBus
from ijaza_runtime.bus import Ousted
from ijaza_runtime.connections import KafkaAccess

from tests.conformance.reading import after, flat


async def consume(address: str, member: str, group: str, *topics: str) -> None:
    """Handle what is assigned; tell what that is, and each record once it is committed."""
    bus = KafkaBus((address,), access=KafkaAccess(), member=member)
    consumer = await bus.consumer(group, topics)
    held: frozenset[int] = frozenset()
    while True:
        if held != (held := await consumer.assigned()):
            tell({"held": sorted(held)})
        for partition in held:
            try:
                found = flat(await consumer.poll(partition, 5))
                await consumer.commit(after(found))
            except Ousted:
                tell("ousted")
                break
            for topic, number, record in found:
                tell([topic, number, record.key, record.offset])
        await consumer.wait(0.1)


def tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(consume(*sys.argv[1:]))
