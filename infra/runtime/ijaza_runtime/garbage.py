"""How often a service's process lets Python's garbage collector look for cycles."""

import gc


def collect_seldom() -> None:
    """Collect after a million new objects that stay instead of 700, and the old ones still less.

    A backlog is read ahead, so that hundreds of thousands of objects, none of them in a cycle, are
    gone through again and again: with Python's own thresholds that took a third to a half of the
    processor time of folding from Kafka, and with a tenth of this one still 30 % of it
    (bench/README.md). What is freed by counting does not count, so a process at rest collects as
    seldom; what cycles it may hold meanwhile is bounded by the million.
    """
    gc.set_threshold(1_000_000, 10, 100)
