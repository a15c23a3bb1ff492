"""Metrics of one process for Prometheus: a registry of its own, filled per batch.

No label is a person's, and none can be made at will by whoever sends requests or records.
"""

import platform
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic

from ijaza_contracts.registry import BY_TYPE
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ijaza_runtime.bus import Record, Slice, TopicPartition
from ijaza_runtime.meter import Meter

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""Stands for a type of event or a method that this release does not know."""

_SECONDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60)
_RECORDS = (1, 10, 100, 500, 1000, 5000)


class Metrics(Meter):
    """What one process of a service has done, and how it stands."""

    def __init__(self, service: str, version: str) -> None:
        self.registry = registry = CollectorRegistry()
        self.progressed_at = monotonic()
        """When anything of the service's loop was last done, by `time.monotonic`."""
        self._in = Counter(
            "ijaza_events_in",
            "Records taken from the bus.",
            ["group", "topic", "type"],
            registry=registry,
        )
        self._out = Counter(
            "ijaza_events_out", "Records on the bus.", ["topic", "type"], registry=registry
        )
        self._dead = Counter("ijaza_dead_letters", "Records laid aside.", registry=registry)
        self._batch = Histogram(
            "ijaza_batch_records",
            "Records in a batch.",
            ["group"],
            buckets=_RECORDS,
            registry=registry,
        )
        self._fold = self._seconds("ijaza_fold_seconds", "Folding a batch.")
        self._save = self._seconds(
            "ijaza_save_seconds", "Saving documents in one write.", "collection"
        )
        self._saved = Counter(
            "ijaza_documents_saved", "Documents saved.", ["collection"], registry=registry
        )
        self._publish = self._seconds("ijaza_publish_seconds", "Publishing until acknowledged.")
        self._commit = self._seconds("ijaza_commit_seconds", "Committing offsets.", "group")
        self._failures = Counter(
            "ijaza_turn_failures", "Turns that failed.", ["group"], registry=registry
        )
        self._requests = Counter(
            "ijaza_http_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._answer = self._seconds("ijaza_http_request_seconds", "Answering a request.", "route")
        self._lag = self._gauge(
            "ijaza_lag_records",
            "Records of a held partition that the group has not committed.",
            "group",
            "topic",
            "partition",
        )
        self._held = self._gauge("ijaza_partitions_held", "Partitions held.", "group")
        self._reference_lag = self._gauge(
            "ijaza_reference_lag_records", "Records of a broadcast topic still to be read.", "topic"
        )
        self._unsent = self._gauge(
            "ijaza_outbox_documents", "Documents with something unsent, looked at every 15 s."
        )
        self._unsent_age = self._gauge(
            "ijaza_outbox_age_seconds", "How long the oldest of them was seen unsent."
        )
        self._ready = self._gauge("ijaza_ready", "1 where a part of readiness is given.", "part")
        self._gauge("ijaza_build_info", "This build.", "service", "version", "python").labels(
            service, version, platform.python_version()
        ).set(1)

    def render(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)

    def polled(self, group: str, slices: Sequence[Slice]) -> None:
        self._progress()
        self._batch.labels(group).observe(sum(len(each.records) for each in slices))
        for topic, _, records in slices:
            for kind, count in _types(record.headers for record in records).items():
                self._in.labels(group, topic, kind).inc(count)

    def folded(self, service: str, records: int, seconds: float) -> None:
        self._progress()
        self._fold.observe(seconds)

    def saved(self, collection: str, documents: int, seconds: float) -> None:
        self._progress()
        self._saved.labels(collection).inc(documents)
        self._save.labels(collection).observe(seconds)

    def published(self, records: Sequence[Record], seconds: float) -> None:
        self._progress()
        self._publish.observe(seconds)
        topics: dict[str, list[Mapping[str, str]]] = {}
        for record in records:
            topics.setdefault(record.topic, []).append(record.headers)
        for topic, headers in topics.items():
            if topic.endswith(".dead-letters"):
                self._dead.inc(len(headers))
            for kind, count in _types(headers).items():
                self._out.labels(topic, kind).inc(count)

    def committed(self, group: str, offsets: Mapping[TopicPartition, int], seconds: float) -> None:
        self._progress()
        self._commit.labels(group).observe(seconds)

    def failed(self, group: str) -> None:
        self._failures.labels(group).inc()

    def turned(self) -> None:
        self._progress()

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        shown = method if method in METHODS else OTHER
        self._requests.labels(shown, route, status).inc()
        self._answer.labels(route).observe(seconds)

    def lagging(self, group: str, lags: Mapping[TopicPartition, int], held: int) -> None:
        """How far a group is behind on each partition held; others are forgotten."""
        self._lag.remove_by_labels({"group": group})
        self._held.labels(group).set(held)
        for (topic, partition), lag in lags.items():
            self._lag.labels(group, topic, partition).set(lag)

    def reading(self, lags: Mapping[str, int]) -> None:
        """How many records of each broadcast topic are still to be read."""
        for topic, lag in lags.items():
            self._reference_lag.labels(topic).set(lag)

    def unsent(self, documents: int, seconds: float) -> None:
        """How many documents have something unsent, and since how long the oldest has."""
        self._unsent.set(documents)
        self._unsent_age.set(seconds)

    def ready(self, parts: Mapping[str, str]) -> None:
        """Which parts of readiness are given: those that say `ok`."""
        for part, state in parts.items():
            self._ready.labels(part).set(state == "ok")

    def _progress(self) -> None:
        self.progressed_at = monotonic()

    def _seconds(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, buckets=_SECONDS, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self.registry)


def _types(headers: Iterable[Mapping[str, str]]) -> Mapping[str, int]:
    tally = Tally([each.get("ce_type") for each in headers])
    known = {kind: count for kind, count in tally.items() if kind in BY_TYPE}
    strange = tally.total() - sum(known.values())
    return {str(kind): count for kind, count in known.items()} | (
        {OTHER: strange} if strange else {}
    )
