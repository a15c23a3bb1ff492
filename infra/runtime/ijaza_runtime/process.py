"""One process of one service: `python -m ijaza_<service>`, told everything by its environment.

It makes no topics and waits for a bus that does not answer. A SIGTERM lets it finish, or drop
uncommitted, what is in hand; a second one ends it at once. Supervisors start it anew.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from importlib.metadata import version
from typing import Any, NoReturn

import uvicorn
from pydantic import ValidationError

from ijaza_runtime import tracing
from ijaza_runtime.access import AccessKeys
from ijaza_runtime.addresses import open_bus, open_store
from ijaza_runtime.bus import BusError, TopicPartition
from ijaza_runtime.failpoints import Step, from_environment
from ijaza_runtime.garbage import collect_seldom
from ijaza_runtime.health import Health
from ijaza_runtime.metered import MeteredBus, MeteredStore
from ijaza_runtime.metrics import Metrics
from ijaza_runtime.observe import configure, log
from ijaza_runtime.secrets import SecretError
from ijaza_runtime.service import Assembly, Parts, plans
from ijaza_runtime.serving import Server, configured
from ijaza_runtime.settings import RuntimeSettings, ServiceSettings, faults_of
from ijaza_runtime.store import StoreError
from ijaza_runtime.survey import Survey
from ijaza_runtime.waiting import happens
from ijaza_runtime.watchdog import Watchdog
from ijaza_runtime.web.operations import operations

FAILPOINT = "IJAZA_FAILPOINT"
BEAT_EVERY = 0.5
"""Seconds between two beats of the event loop."""
ASK_EVERY = 1.0
"""Seconds between two tries to reach a bus that does not answer at the start."""
ANSWER_WITHIN = 10.0
"""Seconds that it is given for an answer."""


LAST_SPANS = 2.0
"""Seconds that the last spans may take, as far as they are left of the grace."""


class Exit(IntEnum):
    """How a process ends; one that is ended by a second signal ends with 128 and its number."""

    DONE = 0
    UNUSABLE = 1
    """An address, a file, a key or the topics cannot be used."""
    SETTINGS = 2
    GRACE = 3
    """What was in hand took longer than the grace."""
    STUCK = 70
    """The watchdog found that it does no more what it is for."""


class Unusable(Exception):
    """What has to be there is not; the message says what to do."""


Assemble = Callable[[Parts], Assembly[Any]]


def main(name: str, assemble: Assemble, *own: type[ServiceSettings]) -> NoReturn:
    """Run a service until it is told to end.

    `own` are the settings that it alone has: before anything begins, they have to fit.
    """
    settings, step = _settings(name, own)
    configure(name, settings.log_level)
    collect_seldom()
    release = version(f"ijaza-{name}")
    send_last_spans = tracing.configure(name, release)
    process = _Process(name, release, settings)
    try:
        code = asyncio.run(process.run(assemble, step))
    except (BusError, StoreError, SecretError, Unusable) as error:
        code = _complain(name, str(error), Exit.UNUSABLE)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code = _complain(name, f"{place}{error.strerror or error}", Exit.UNUSABLE)
    process.watchdog.stop()
    send_last_spans(min(LAST_SPANS, process.watchdog.left))
    sys.exit(code)


class _Process:
    """What runs in one process, and how it ends."""

    def __init__(self, name: str, release: str, settings: RuntimeSettings) -> None:
        self._name = name
        self._settings = settings
        self._metrics = Metrics(name, release)
        self._code = Exit.DONE
        self._stopping = asyncio.Event()
        self._signals = 0
        self.watchdog = Watchdog(
            settings.watchdog,
            stuck_code=Exit.STUCK,
            complain=lambda why: log.critical("ended by the watchdog", why=why),
        )

    async def run(self, assemble: Assemble, step: Step) -> Exit:
        """Open, run, close. Raises what cannot be used."""
        settings = self._settings
        self.watchdog.start()
        beating = asyncio.create_task(self._beat())
        member = settings.member or None
        opened = open_bus(settings.bus_url, member=member, kafka=settings.kafka)
        self._bus = MeteredBus(opened, self._metrics)
        try:
            kept = open_store(settings.store_url, self._name, mongo=settings.mongo)
            store = MeteredStore(kept, self._metrics)
            try:
                await self._run(assemble, store, step)
            finally:
                await self._quietly(store.close())
        finally:
            await self._quietly(self._bus.close())
            beating.cancel()
        return self._code

    async def _run(self, assemble: Assemble, store: MeteredStore, step: Step) -> None:
        settings = self._settings
        parts = Parts(
            bus=self._bus,
            store=store,
            keys=settings.keys,
            access=AccessKeys.load_or_create(settings.keys),
            partitions=settings.partitions,
            step=step,
            meter=self._metrics,
        )
        self._assembly = assemble(parts)
        self._health = Health(self._bus, store, settings.watchdog / 2)
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.create_server((settings.host, settings.port), family=family) as listening:
            self._server = Server(self._served())
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda number, _: self._on_signal(number, loop))
            log.info("listening", host=settings.host, port=listening.getsockname()[1])
            try:
                await self._work(listening)
            finally:
                await self._quietly(self._assembly.close())

    def _served(self) -> uvicorn.Config:
        routes = operations(
            self._name,
            live=self._health.live,
            ready=self._health.ready,
            metrics=self._metrics.render,
        )
        return configured(self._assembly.app(routes), self._settings.proxies)

    async def _work(self, listening: socket.socket) -> None:
        """Serve and turn, until one of both ends, or is told to."""
        watching = [
            asyncio.create_task(self._health.watch()),
            asyncio.create_task(self._survey()),
        ]
        serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        turning = asyncio.create_task(self._turn())
        await asyncio.wait({serving, turning}, return_when=asyncio.FIRST_COMPLETED)
        self._end(Exit.DONE)
        await asyncio.wait({serving, turning})
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        for task in (turning, serving):
            task.result()

    async def _turn(self) -> None:
        await self._wait_for_topics()
        if not self._stopping.is_set():
            self._health.begun(self._assembly)
            await self._assembly.run(self._stopping)

    async def _wait_for_topics(self) -> None:
        """Return once the bus has the topics. Raises `Unusable` if it answers and has not."""
        told = False
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(ANSWER_WITHIN):
                    there = await self._bus.ends()
            except (BusError, TimeoutError) as error:
                if not told:
                    log.warning("waiting for the bus", exc_info=error)
                told = True
                await happens(self._stopping, ASK_EVERY)
                continue
            wanted = {
                plan.name: plan.partitions
                for plan in plans([self._name], self._settings.partitions)
                if plan.name in self._assembly.topics
            }
            refuse_other_topics(wanted, there)
            return

    async def _survey(self) -> None:
        survey = Survey(
            self._bus, self._assembly, self._health, self._metrics, self._settings.watchdog
        )
        await survey.watch(self._on_stuck)

    async def _beat(self) -> None:
        while True:
            self.watchdog.beat()
            await asyncio.sleep(BEAT_EVERY)

    def _on_stuck(self, why: str) -> None:
        log.critical("stuck", why=why)
        self.watchdog.give(self._settings.grace, Exit.STUCK)
        self._end(Exit.STUCK)

    def _on_signal(self, number: int, loop: asyncio.AbstractEventLoop) -> None:
        """Not left to the event loop, which may hang; nor does it log, for that may hang too."""
        self._signals += 1
        if self._signals > 1:
            os._exit(128 + number)
        self.watchdog.give(self._settings.grace, Exit.GRACE)
        loop.call_soon_threadsafe(self._end, Exit.DONE)

    def _end(self, code: Exit) -> None:
        """Take no new work, and come to an end."""
        if self._stopping.is_set():
            return
        log.info("ending", code=code)
        self._code = code
        self._stopping.set()
        self._health.stop()
        self._assembly.stop()
        self._server.end()

    async def _quietly(self, closing: Any) -> None:
        """What cannot be closed any more is lost with the process anyway."""
        try:
            await closing
        except (BusError, StoreError) as error:
            log.warning("not closed", exc_info=error)


def refuse_other_topics(wanted: Mapping[str, int], there: Iterable[TopicPartition]) -> None:
    """Raise `Unusable` if topics are missing, or have not as many partitions as they have to."""
    counts: dict[str, int] = {}
    for topic, _ in there:
        counts[topic] = counts.get(topic, 0) + 1
    missing = sorted(wanted.keys() - counts.keys())
    if missing:
        raise Unusable(
            f"the bus has no topic {', '.join(missing)}: run `ijaza provision` with the same "
            "IJAZA_BUS_URL and IJAZA_PARTITIONS, then start again."
        )
    for name, partitions in wanted.items():
        if counts[name] != partitions:
            raise Unusable(
                f"topic {name} has {counts[name]} partitions, and {partitions} are expected: the "
                "count is fixed for life. Set IJAZA_PARTITIONS to that of all services."
            )


def _settings(name: str, own: Iterable[type[ServiceSettings]]) -> tuple[RuntimeSettings, Step]:
    try:
        settings = RuntimeSettings()
        for kind in own:
            kind()
        return settings, from_environment(os.environ.get(FAILPOINT, ""))
    except ValidationError as error:
        for fault in faults_of(error):
            _complain(name, fault, Exit.SETTINGS)
    except ValueError as error:
        _complain(name, str(error), Exit.SETTINGS)
    sys.exit(Exit.SETTINGS)


def _complain(name: str, why: str, code: Exit) -> Exit:
    sys.stderr.write(f"ijaza {name}: cannot go on: {' '.join(why.splitlines())}\n")
    return code
