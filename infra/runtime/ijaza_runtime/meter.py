"""What is told of the work while it is done: per batch, never per event."""

from collections.abc import Mapping, Sequence

from ijaza_runtime.bus import Record, Slice, TopicPartition


class Meter:
    """Hears of the work, and here does nothing with it. Durations are in seconds."""

    def polled(self, group: str, slices: Sequence[Slice]) -> None:
        """A group took these records from the bus."""

    def folded(self, service: str, records: int, seconds: float) -> None:
        """A reactor folded a batch."""

    def projected(self, group: str, events: int) -> None:
        """What follows from so many events was made."""

    def saved(self, collection: str, documents: int, seconds: float) -> None:
        """The store has these documents."""

    def published(self, records: Sequence[Record], seconds: float) -> None:
        """The bus has these records."""

    def committed(self, group: str, offsets: Mapping[TopicPartition, int], seconds: float) -> None:
        """A group committed offsets."""

    def failed(self, group: str) -> None:
        """A turn of a group failed, on a partition or as a whole."""

    def turned(self) -> None:
        """A turn of the service's loop has ended."""

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is its pattern."""


UNHEARD = Meter()
