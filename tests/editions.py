"""A small valid edition with a row of every kind, for tests that want one to change or to break."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

EDITION_YAML = """\
id: small-1
title: {en: Small certificate, ar: شهادة صغيرة}
subtitle: {en: First edition, ar: الدورة الأولى}
timezone: Africa/Cairo
languages: [ar, en]
issuer:
  did_host: certificates.example.org
  name: {en: Office, ar: المكتب}
  url: https://example.org
  email: office@example.org
organisers: [{id: office, name: {en: Office, ar: المكتب}}]
instructors: [{name: {en: Trainers, ar: المدربون}, organiser: office}]
place: {name: {en: Campus, ar: الحرم}, city: {en: Cairo, ar: القاهرة}, country: EG}
themes: [Migration health]
sdgs: [16, 17]
selection:
  capacity: 3
  require: {field_related: [yes], organisation_type: [government, ngo]}
  prefer: [{column: seniority, order: [[senior, mid], [junior]]}]
  at_most: [{per: organisation, seats: 2}]
  promote_until: 2019-12-15T16:00
attendance: {record: in-out, missing_out: review}
modules:
  - id: m1
    title: {en: First module, ar: الوحدة الأولى}
    sessions:
      - id: m1-d1
        start: 2019-12-15T16:00
        end: 2019-12-15T20:00
        breaks: [{start: 2019-12-15T18:00, end: 2019-12-15T18:20}]
      - {id: m1-d2, start: 2019-12-16T16:00, end: 2019-12-16T20:00}
    test: {pass_mark: 60, max_score: 100, attempts: 2}
    resources: [{title: {fr: Recueil}, language: fr, kind: reader, url: "https://example.org/m1"}]
  - id: m2
    title: {en: Second module, ar: الوحدة الثانية}
    sessions:
      - {id: m2-d1, start: 2019-12-17T16:00, end: 2019-12-17T20:00}
certificates:
  - id: certificate
    kind: completion
    title: {en: Certificate, ar: شهادة}
    requires: {attendance: {min_percent: 80, min_hours: 3}, tests: all_passed}
  - id: participation
    kind: participation
    title: {en: Participation, ar: مشاركة}
    requires: {attendance: {min_percent: 50}}
issue: automatic
approvers: 1
on_change: at_once
settle_hours: 48
ceremony: 2020-01-16
resources: [{title: {en: Handbook}}]
events: [{title: Workshop, start: 2019-12-20T10:00, end: 2019-12-20T12:00, place: Campus}]
glossary: glossary.csv
"""

FILES: Mapping[str, str] = {
    "edition.yaml": EDITION_YAML,
    # A1, A2 and A3 are selected; A2 withdraws and A4 takes the place; A5 fails a requirement.
    "applicants.csv": """\
ref,name_en,name_ar,email,organisation,organisation_type,country,seniority,field_related,applied_at,nominated_by
A1,Mona Fathy,منى فتحي,a1@example.org,Labour Ministry,government,EG,mid,yes,2019-10-01T10:00,labour
A2,Karim Haddad,كريم حداد,a2@example.org,"Open Door, Cairo",ngo,EG,mid,yes,2019-10-02T10:00,
A3,Salma Rizk,سلمى رزق,a3@example.org,"Open Door, Cairo",ngo,LY,mid,yes,2019-10-03T10:00,
A4,Omar Taha,عمر طه,a4@example.org,Labour Ministry,government,EG,junior,yes,2019-10-04T10:00,
A5,Heba Zaki,هبة زكي,a5@example.org,Labour Ministry,government,EG,senior,no,2019-10-05T10:00,
""",
    "partners.csv": """\
id,name_en,name_ar,kind,country
labour,Labour Office,مكتب العمل,organisation,EG
fund,Fund,صندوق,donor,
""",
    "decisions.csv": """\
participant,decision,at,actor,reason
A1,accept,2019-11-20T09:00,applicant,
A2,withdraw,2019-11-21T09:00,office,Moved abroad
""",
    "scans.csv": """\
scan_id,device,participant,session,direction,at,seq
k1-1,kiosk-1,A1,m1-d1,in,2019-12-15T15:50:10,1
k1-2,kiosk-1,A1,m1-d1,out,2019-12-15T20:01:00,2
k1-3,kiosk-1,A3,m1-d1,in,2019-12-15T15:55:00,3
k1-4,kiosk-1,A1,,in,2019-12-16T13:58:00Z,4
k1-5,kiosk-1,X9,m1-d2,in,2019-12-16T16:00:00+02:00,5
""",
    "results.csv": """\
participant,module,attempt,score,taken_at
A1,m1,1,85,2019-12-18T10:00
A3,m1,1,58.5,2019-12-18T10:00
A3,m1,2,61,2019-12-19T10:00
""",
    "corrections.csv": """\
kind,participant,target,value,actor,reason,at
attendance,A3,m1-d1,240,office,Signature sheet,2019-12-16T10:00
excuse,A4,m1-d2,,office,,2019-12-18T10:00
score,A3,m1/1,59,examiner,Marked again,2019-12-18T12:00
annul,A3,m1/2,,examiner,,2019-12-19T12:00
cancel-session,,m1-d2,,office,Public holiday,2019-12-16T12:00
move-session,,m2-d1,2019-12-18T16:00/2019-12-18T20:00,office,,2019-12-16T12:00
rename,A1,name_en,Mona Fathi,office,Passport,2019-12-20T10:00
withdraw,A4,,,office,,2019-12-18T10:00
""",
    "approvals.csv": """\
participant,actor,at
A1,dean,2019-12-22T10:00
""",
    "glossary.csv": """\
term_ar,term_en,term_fr,definition_ar,definition_en,definition_fr
مهاجر,migrant,migrant,شخص انتقل,A person who moved,
""",
}


def small_edition(directory: Path, **changes: object) -> Path:
    """Write the small edition into a folder, which is made, and return the folder.

    A change is named by a file without its ending, or by a key of edition.yaml. A file is given
    as its whole text, or as rows of cells in the order of its columns; a key by its new value.
    None leaves the file or the key out; the glossary is both.
    """
    files = dict(FILES)
    tree = yaml.load(EDITION_YAML, yaml.BaseLoader)  # noqa: S506 - gives texts, lists and keys only
    keys = {key: value for key, value in changes.items() if f"{key}.csv" not in FILES}
    if changes.get("glossary", "") is None:
        keys["glossary"] = None
    for key, value in keys.items():
        tree.pop(key, None)
        if value is not None:
            tree[key] = value
    if keys:
        # JSON is YAML, too, and needs no care for indentation.
        files["edition.yaml"] = json.dumps(tree, ensure_ascii=False)
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        stem = name.removesuffix(".csv")
        change = changes.get(stem, content)
        if change is not None:
            text = change if isinstance(change, str) else _csv(content, change)
            (directory / name).write_text(text, encoding="utf-8", newline="")
    return directory


def _csv(original: str, rows: object) -> str:
    assert isinstance(rows, Iterable), "a file is a text or rows of cells"
    text = io.StringIO()
    text.write(original.partition("\n")[0] + "\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
