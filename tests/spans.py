"""Recording spans in a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from ijaza_runtime import tracing
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


@contextmanager
def recording() -> Iterator[InMemorySpanExporter]:
    """Record the spans of this process, as an exporter would send them."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    before = tracing.use(provider.get_tracer("test"))
    try:
        yield exporter
    finally:
        tracing.use(before)
        provider.shutdown()
