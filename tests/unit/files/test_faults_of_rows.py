"""Every kind of fault in a CSV file is named once: its line, column, value, what was expected."""

from pathlib import Path

import pytest

from tests.editions import FILES
from tests.unit.files.broken import Broken, check


def broken(file: str, find: str, put: str, column: str, value: str, expected: str) -> Broken:
    """A fault in a CSV file: on the line that is changed, or on the line that is put below it."""
    return Broken(
        file=f"{file}.csv",
        find=find,
        put=put,
        column=column,
        value=value,
        expected=expected,
        lines_down=1 if put.startswith(f"{find}\n") else 0,
    )


HEADER = FILES["applicants.csv"].partition("\n")[0]
RESULT = "A1,m1,1,85,2019-12-18T10:00"
MOVE = "2019-12-18T16:00/2019-12-18T20:00"

TABLES = {
    "column missing": broken(
        "results",
        "taken_at",
        "taken",
        "taken_at",
        "participant,module,attempt,score,taken",
        "mean taken?",
    ),
    "column with what cannot be seen": broken(
        "partners",
        "id,name_en",
        "\u200fid,name_en",
        "id",
        "\u200fid,name_en,name_ar,kind,country",
        "mean \\u200fid?",
    ),
    "column twice": broken(
        "approvals",
        "participant,actor,at",
        "participant,actor,at,at",
        "at",
        "at",
        "each column once",
    ),
    "semicolons": broken(
        "approvals",
        "participant,actor,at",
        "participant;actor;at",
        "",
        "participant;actor;at",
        "commas",
    ),
    "nothing in the file": broken(
        "approvals", "participant,actor,at\nA1,dean,2019-12-22T10:00\n", "", "", "", "a header row"
    ),
    "column without a name": broken("applicants", HEADER, f"{HEADER},", "", f"{HEADER},", "a name"),
    "cell too many": broken(
        "results", RESULT, f"{RESULT},x", "", f"{RESULT},x", "5 cells, as the header has; 6 stand"
    ),
    "cell too few": broken("results", RESULT, "A1,m1,1,85", "", "A1,m1,1,85", "cells are missing"),
    "quote never closed": broken("results", RESULT, f'"{RESULT}', "", "", "quoted as CSV has it"),
    "text after a quote": broken("results", RESULT, f'"A1"x{RESULT[2:]}', "", "", "quoted"),
    "control character": broken(
        "decisions", "Moved abroad", "Moved\x0babroad", "reason", "Moved\x0babroad", "control"
    ),
    "line break in a name": broken(
        "applicants", "Omar Taha", '"Omar\nTaha"', "name_en", "Omar\nTaha", "on one line"
    ),
}

APPLICANTS = {
    "ref empty": broken("applicants", "A5,Heba", ",Heba", "ref", "", "an id"),
    "ref with a blank": broken("applicants", "A5,Heba", "A5 ,Heba", "ref", "A5 ", "without spaces"),
    "ref with what cannot be seen": broken(
        "applicants", "A5,Heba", "A5\u200f,Heba", "ref", "A5\u200f", "such as U+200F"
    ),
    "ref twice": broken("applicants", "A5,Heba", "A3,Heba", "ref", "A3", "line 4 has this one"),
    "name empty": broken("applicants", "Omar Taha", "", "name_en", "", "not be empty"),
    "name of blanks": broken("applicants", "عمر طه", "  ", "name_ar", "  ", "not be empty"),
    "name too long": broken(
        "applicants", "Omar Taha", "O" * 201, "name_en", f"{'O' * 200}…", "at most 200"
    ),
    "e-mail": broken(
        "applicants", "a4@example.org", "a4 at example.org", "email", "a4 at example.org", "name@"
    ),
    "attribute empty": broken("applicants", ",junior,", ",,", "seniority", "", "not be empty"),
    "country": broken("applicants", ",LY,", ",UK,", "country", "UK", "did you mean GB?"),
    "time without a day": broken(
        "applicants", "2019-10-04T10:00", "2019-10-04", "applied_at", "2019-10-04", "T"
    ),
    "fraction of a second": broken(
        "applicants",
        "2019-10-04T10:00",
        "2019-10-04T10:00:00.5",
        "applied_at",
        "2019-10-04T10:00:00.5",
        "SS",
    ),
    "year of long ago": broken(
        "applicants", "2019-10-04T", "0219-10-04T", "applied_at", "0219-10-04T10:00", "1900 to"
    ),
    "nominated by nobody": broken(
        "applicants",
        "T10:00,labour",
        "T10:00,labor",
        "nominated_by",
        "labor",
        "did you mean labour?",
    ),
}

PARTNERS = {
    "partner twice": broken("partners", "fund,Fund", "labour,Fund", "id", "labour", "line 2"),
    "kind of partner": broken("partners", "donor", "doner", "kind", "doner", "did you mean donor?"),
    "country of a partner": broken(
        "partners", "organisation,EG", "organisation,EGY", "country", "EGY", "two"
    ),
}

DECISIONS = {
    "person unknown": broken(
        "decisions", "A2,with", "A7,with", "participant", "A7", "applicants.csv"
    ),
    "person with a blank": broken(
        "decisions", "A2,with", "A2 ,with", "participant", "A2 ", "without the spaces"
    ),
    "decision": broken(
        "decisions", "withdraw,", "withdrew,", "decision", "withdrew", "mean withdraw?"
    ),
    "actor empty": broken("decisions", ",office,Moved", ",,Moved", "actor", "", "an id"),
}

SCANS = {
    "scan without id": broken("scans", "k1-2,", ",", "scan_id", "", "an id"),
    "scan of what cannot be seen": broken(
        "scans", "X9,m1-d2", "X\u200b9,m1-d2", "participant", "X\u200b9", "such as U+200B"
    ),
    "session unknown": broken(
        "scans", "A1,m1-d1,out", "A1,m1-d9,out", "session", "m1-d9", "edition.yaml"
    ),
    "direction": broken("scans", ",out,", ",OUT,", "direction", "OUT", "did you mean out?"),
    "offset without colon": broken(
        "scans", "T16:00:00+02:00", "T16:00:00+0200", "at", "2019-12-16T16:00:00+0200", "+02:00"
    ),
    "hour that is none": broken(
        "scans", "2019-12-15T20:01:00", "2019-12-15T24:01:00", "at", "2019-12-15T24:01:00", "a time"
    ),
    "seq below none": broken("scans", "15:55:00,3", "15:55:00,-3", "seq", "-3", "without sign"),
    "seq with a point": broken("scans", "15:55:00,3", "15:55:00,3.0", "seq", "3.0", "whole number"),
    "seq without end": broken(
        "scans", "15:55:00,3", f"15:55:00,{'9' * 16}", "seq", "9" * 16, "whole"
    ),
}

RESULTS = {
    "module unknown": broken(
        "results", "A1,m1", "A1,m3", "module", "m3", "a module of edition.yaml"
    ),
    "module without a test": broken(
        "results", "A1,m1", "A1,m2", "module", "m2", "this one has none"
    ),
    "attempt none": broken("results", "A1,m1,1,", "A1,m1,0,", "attempt", "0", "1 to 1000"),
    "score above the highest": broken("results", ",85,", ",100.5,", "score", "100.5", "0 to 100"),
    "score below none": broken("results", ",85,", ",-1,", "score", "-1", "0 or more"),
    "score with an exponent": broken("results", ",85,", ",8e1,", "score", "8e1", "such as 62"),
    "attempt with another score": broken(
        "results", RESULT, f"{RESULT}\nA1,m1,1,86,2019-12-18T10:00", "score", "86", "line 2 says 85"
    ),
    "attempt at another time": broken(
        "results",
        RESULT,
        f"{RESULT}\nA1,m1,1,85.0,2019-12-18T11:00",
        "taken_at",
        "2019-12-18T11:00",
        "line 2",
    ),
    "result of the declined": broken(
        "results", RESULT, f"{RESULT}\nA5,m1,1,70,2019-12-18T10:00", "participant", "A5", "no place"
    ),
}

CORRECTIONS = {
    "kind": broken("corrections", "annul,A3", "cancel,A3", "kind", "cancel", "one of attendance"),
    "person of a correction": broken(
        "corrections", "rename,A1", "rename,A9", "participant", "A9", "somebody"
    ),
    "person where none belongs": broken(
        "corrections",
        "cancel-session,,",
        "cancel-session,A1,",
        "participant",
        "A1",
        "for everybody",
    ),
    "person missing": broken(
        "corrections", "excuse,A4", "excuse,", "participant", "", "somebody in"
    ),
    "session of a correction": broken(
        "corrections", "A4,m1-d2", "A4,m1-d3", "target", "m1-d3", "for excuse: a session"
    ),
    "minutes below none": broken("corrections", ",240,", ",-240,", "value", "-240", "without sign"),
    "minutes in parts": broken("corrections", ",240,", ",237.5,", "value", "237.5", "whole number"),
    "value where none belongs": broken(
        "corrections",
        "m1-d2,,office,,2019",
        "m1-d2,60,office,,2019",
        "value",
        "60",
        "it needs none",
    ),
    "attempt without a number": broken(
        "corrections", "A3,m1/1", "A3,m1", "target", "m1", "such as m1/1"
    ),
    "attempt that is not there": broken(
        "corrections", "annul,A3,m1/2", "annul,A3,m1/3", "target", "m1/3", "results.csv"
    ),
    "attempt of somebody else": broken(
        "corrections", "annul,A3,m1/2", "annul,A1,m1/2", "target", "m1/2", "of this person"
    ),
    "attempt in a module without a test": broken(
        "corrections", "annul,A3,m1/2", "annul,A3,m2/1", "target", "m2/1", "this one has none"
    ),
    "corrected score too high": broken(
        "corrections", "m1/1,59", "m1/1,159", "value", "159", "0 to 100"
    ),
    "name of no script": broken(
        "corrections", "name_en", "name", "target", "name", "name_en, name_ar"
    ),
    "name without letters": broken("corrections", "Mona Fathi", "", "value", "", "not be empty"),
    "move without an end": broken(
        "corrections", MOVE, "2019-12-18T16:00", "value", "2019-12-18T16:00", "start/end"
    ),
    "move that ends first": broken(
        "corrections",
        MOVE,
        "2019-12-18T16:00/2019-12-18T15:00",
        "value",
        "2019-12-18T16:00/2019-12-18T15:00",
        "end after",
    ),
    "target of a withdrawal": broken(
        "corrections", "withdraw,A4,,", "withdraw,A4,m1,", "target", "m1", "it needs none"
    ),
}

OTHERS = {
    "approval for nobody": broken(
        "approvals", "A1,dean", "A6,dean", "participant", "A6", "somebody"
    ),
    "approval by nobody": broken("approvals", "A1,dean", "A1,", "actor", "", "an id"),
    "term missing": broken("glossary", "مهاجر,migrant,", "مهاجر,,", "term_en", "", "not be empty"),
}

CASES = TABLES | APPLICANTS | PARTNERS | DECISIONS | SCANS | RESULTS | CORRECTIONS | OTHERS


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_names_the_one_fault_of_a_broken_file(case: Broken, tmp_path: Path) -> None:
    """One thing broken in a CSV file gives one fault, at its place, however much hangs on it."""
    check(case, tmp_path)
