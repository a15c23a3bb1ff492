"""Traces: one scan followed from its request to its certificate, by W3C traceparents.

Only a request begins a trace; records and documents pass it on. Where no traceparent came in
there is no span either, so that a run that begins with files writes none. Without an exporter
nothing is recorded, and a traceparent is passed on as it came.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NoOpTracer, Span, SpanContext, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

HEADER = "traceparent"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_NONE = Context()

Attributes = Mapping[str, str | int]
"""What a span says of its work: topics, types, editions, counts. Nobody's name, and no body."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_propagator = TraceContextTextMapPropagator()
_tracer: Tracer = NoOpTracer()


def use(tracer: Tracer) -> Tracer:
    """Record spans by `tracer` from now on; returns the one before."""
    global _tracer  # noqa: PLW0603, RUF100 - one process has one place for its spans
    before, _tracer = _tracer, tracer
    return before


def configure(service: str, version: str) -> Callable[[float], None]:
    """Send spans by OTLP over HTTP if OpenTelemetry's own variables name an endpoint.

    Returns what sends the last ones, within so many seconds, when the process ends.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return lambda seconds: None
    # Imported where it is asked for: the exporter takes a fifth of a second to load.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    described = {"service.name": f"ijaza-{service}", "service.version": version}
    provider = TracerProvider(resource=Resource.create(described), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider.get_tracer("ijaza"))

    def send_last(seconds: float) -> None:
        # A collector that is away must not keep the process from ending.
        sending = Thread(target=provider.shutdown, daemon=True)
        sending.start()
        sending.join(seconds)

    return send_last


def current() -> str:
    """The traceparent of what is being done, or an empty string."""
    return _written(trace.get_current_span().get_span_context())


def trace_id() -> str:
    """The id of the trace of what is being done, as logs and trace viewers write it, or empty."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else ""


def checked(traceparent: str) -> str:
    """A traceparent as it came; empty if it is none, for anybody can write a header."""
    return traceparent if _TRACEPARENT.fullmatch(traceparent) else ""


class Work:
    """A piece of work within a trace; `trace` is what its outgoing records carry."""

    __slots__ = ("_span", "trace")

    def __init__(self, parent: str, span: Span | None) -> None:
        self._span = span
        self.trace = parent if span is None else _written(span.get_span_context())

    def end(self) -> None:
        """It is done."""
        if self._span is not None:
            self._span.end()


def begin(name: str, parent: str, attributes: Attributes, *, because: str = "") -> Work:
    """Begin work that continues the trace of `parent`; without one it is no part of any.

    `because` is the traceparent of what else led to it, which is linked.
    """
    parent = checked(parent)
    if not parent or isinstance(_tracer, NoOpTracer):
        return Work(parent, None)
    led = _context_of(because)
    span = _tracer.start_span(
        name,
        _read(parent),
        attributes=attributes,
        links=[Link(led)] if led.is_valid else None,
    )
    return Work(parent, span)


@contextmanager
def within(name: str, parent: str, attributes: Attributes) -> Iterator[None]:
    """Do work that continues the trace of `parent`; what it logs bears the trace's id."""
    if not checked(parent):
        yield
        return
    with _tracer.start_as_current_span(name, _read(parent), attributes=attributes):
        yield


@contextmanager
def request(method: str, traceparent: str) -> Iterator[Span]:
    """Answer a request, which continues the trace that it names, or begins one."""
    with _tracer.start_as_current_span(
        method,
        _read(traceparent),
        kind=SpanKind.SERVER,
        attributes={"http.request.method": method},
        # Its message may repeat what was sent; the log has its type and places.
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        yield span


def _read(traceparent: str) -> Context:
    return _propagator.extract({HEADER: traceparent}, _NONE) if traceparent else _NONE


def _context_of(traceparent: str) -> SpanContext:
    return trace.get_current_span(_read(traceparent)).get_span_context()


def _written(context: SpanContext) -> str:
    if not context.is_valid:
        return ""
    ids = f"{trace.format_trace_id(context.trace_id)}-{trace.format_span_id(context.span_id)}"
    return f"00-{ids}-{context.trace_flags:02x}"
