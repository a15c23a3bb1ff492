"""The rows that a run has taken, so that a later run can tell what is new.

A row is known by its kind, its key (what a person would call it by) and its content. An unchanged
row does nothing; one that changed or is gone is named, for the way to change what is recorded is
corrections.csv. Rows are taken all together or not at all, and stay *waiting* until the phase
that hands them to the services has ended: an interrupted run goes on with those.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from ijaza_runtime.adapters.sqlite_file import FileKind, open_file


class LedgerError(Exception):
    """The ledger's file cannot be used; the message says why and what to do."""


_KIND = FileKind(
    application_id=0x496A7A72,
    version=1,
    schema=(
        "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        """
        CREATE TABLE taken (
            place INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            digest BLOB NOT NULL,
            content TEXT NOT NULL,
            run INTEGER NOT NULL,
            offered INTEGER NOT NULL,
            waiting INTEGER NOT NULL DEFAULT 1,
            UNIQUE (kind, key, digest)
        )
        """,
        "CREATE INDEX in_order ON taken (kind, place) WHERE waiting",
    ),
    tables=frozenset({"facts", "taken"}),
    error=LedgerError,
)


class Row(NamedTuple):
    """A row as the ledger keeps it: `content` is its canonical JSON.

    `place` orders the rows that were taken, over all runs, and `run` is the number of the run
    that took it; both are 0 before that.
    """

    kind: str
    key: str
    content: str
    place: int = 0
    run: int = 0


class Difference(NamedTuple):
    """A row that was taken and is not in the files as it was."""

    kind: str
    key: str
    recorded: str
    now: str | None


class Ledger:
    """The ledger of an OUT, a SQLite file in its `.ijaza`.

    `run` in a row is the number of the run that took it, `offered` that of the last run whose
    files had it.
    """

    def __init__(self, path: Path) -> None:
        self._db = open_file(path, _KIND)
        self._run = 0

    def fact(self, name: str) -> str | None:
        """Something noted of the run, or None."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def note(self, name: str, value: str) -> None:
        """Note something of the run; on return it is durable."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def begin(self) -> None:
        """Start the offer of a run; what an unfinished one left is gone."""
        self.refuse()
        self._db.execute("BEGIN IMMEDIATE")
        (run,) = self._db.execute("SELECT coalesce(max(offered), 0) + 1 FROM taken").fetchone()
        self._run = int(run)

    def offer(self, rows: Iterable[Row]) -> None:
        """Lay rows beside those taken. Nothing is durable before `take`."""
        run = self._run
        self._db.executemany(
            """
            INSERT INTO taken (kind, key, digest, content, run, offered) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (kind, key, digest) DO UPDATE SET offered = excluded.offered
            """,
            (
                (
                    row.kind,
                    row.key,
                    blake2b(row.content.encode(), digest_size=16).digest(),
                    row.content,
                    run,
                    run,
                )
                for row in rows
            ),
        )

    def differences(self) -> list[Difference]:
        """Every taken row that is not offered as it was, with what is offered in its place."""
        return [
            Difference(*row)
            for row in self._db.execute(
                """
                SELECT kind, key, content, (
                    SELECT content FROM taken new
                    WHERE new.kind = old.kind AND new.key = old.key AND new.run = ?1
                    LIMIT 1)
                FROM taken old
                WHERE offered < ?1
                ORDER BY place
                """,
                (self._run,),
            )
        ]

    def take(self) -> None:
        """Take every offered row; on return all are durable."""
        self._db.execute("COMMIT")

    def refuse(self) -> None:
        """Forget the offer."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def waiting(self, kind: str, most: int) -> Iterator[Sequence[Row]]:
        """The rows of a kind that no ended phase has handed on, in pages, in their order."""
        after = 0
        while True:
            page = self._db.execute(
                "SELECT place, kind, key, content FROM taken "
                "WHERE kind = ? AND waiting AND place > ? ORDER BY place LIMIT ?",
                (kind, after, most),
            ).fetchall()
            if not page:
                return
            after = page[-1][0]
            yield [Row(kind, key, content, place) for place, kind, key, content in page]

    def handed_on(self, kinds: Sequence[str]) -> None:
        """The phase that hands these kinds on has ended."""
        marks = ", ".join("?" * len(kinds))
        self._db.execute(
            f"UPDATE taken SET waiting = 0 WHERE waiting AND kind IN ({marks})",  # noqa: S608 - marks only
            list(kinds),
        )

    def taken(self, kind: str) -> Iterator[Row]:
        """Every row of a kind, in the order in which they were taken."""
        with closing(self._db.cursor()) as cursor:
            for row in cursor.execute(
                "SELECT kind, key, content, place, run FROM taken WHERE kind = ? ORDER BY place",
                (kind,),
            ):
                yield Row(*row)

    def scanned(self) -> set[str]:
        """Every participant's ref in the scans that were taken."""
        return {
            str(ref)
            for (ref,) in self._db.execute(
                "SELECT DISTINCT json_extract(content, '$.participant') FROM taken "
                "WHERE kind = 'scans'"
            )
        }

    def close(self) -> None:
        """Close the file."""
        self._db.close()
