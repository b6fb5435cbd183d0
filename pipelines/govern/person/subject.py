"""A person's own file: all that is held about them gathered, others taken out, written as page, PDF and JSON, entered.

It is entered before it can be read: in the read log, in the audit log by token, and in the log of disclosures.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hiu.disk import write_whole
from hiu.errors import UsageError
from hiu.govern.basis.due import months_after
from hiu.govern.rights import make_private
from hiu.publish.duties.person_file import Part, PersonFile, Withheld, as_json, as_page, as_pdf
from hiu.publish.words.text import day
from pipelines.access.disclose import Disclosure, enter_disclosure
from pipelines.common.lock import disk_errors
from pipelines.common.place import Place, open_warehouse
from pipelines.common.work import Row
from pipelines.govern.person import chapters
from pipelines.govern.person.about import about
from pipelines.govern.person.collect import DATABASE, WRITTEN, Cell, PersonRows, collect, free_texts, row_for_person
from pipelines.govern.person.elsewhere import files_made, log_lines, recipients, sent_rows
from pipelines.govern.person.looks import enter_look, looks_at
from pipelines.govern.person.redact import Redactor
from pipelines.govern.person.scope import PersonScope, person_scope

OWN = Disclosure(
    what="file of the person's own data",
    recipient="the person",
    purpose="rights",
    necessity="The person, or who acts for them, asked for what is held about them (UK GDPR article 15).",
    proportionality="Their own data; other people and, by setting, staff are left out.",
)
LAW = ("UK GDPR 15",)
DRAFT = OWN._replace(
    what="draft of the file of the person's own data",
    recipient="health professional",
    necessity="Whether the file would be likely to cause serious harm is asked of the appropriate health professional "
    "before it is handed over (Data Protection Act 2018, Schedule 3, Part 2).",
)
NOT_YET = (
    "Draft for the health professional who is asked whether it would be likely to cause serious harm to the physical "
    "or mental health of the person or somebody else. Not to be handed over."
)
OPINION_MONTHS = 6
"""An older opinion does not count (Schedule 3, paragraph 6)."""
UNREADABLE = (
    "keyed digests by which descriptions are compared; nobody can read them, and they say no more than the rows"
)


@dataclass(frozen=True, kw_only=True)
class WrittenFile:
    """Where a person's file is, and what whoever hands it over has to know."""

    page: Path
    pdf: Path
    data: Path
    person_id: str
    rows: int
    free_texts: int
    withheld: int
    named_so: bool


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """That the serious harm test is not met: whose opinion it is, and of which day."""

    of: str
    on: date | None

    def text(self, today: date) -> str:
        """A sentence for the file. Raises UsageError without who or when, or for a day ahead or over six months ago."""
        if not self.of.strip() or self.on is None:
            raise UsageError(
                "--opinion-of and --opinion-on are needed: health data are handed over when the health professional "
                "responsible for the person's care was asked and does not think it likely to cause serious harm "
                "(Data Protection Act 2018, Schedule 3, Part 2; how far it was read: docs/governance.md). --draft "
                "writes the file for them to read"
            )
        if not self.on <= today <= months_after(self.on, OPINION_MONTHS):
            raise UsageError(
                f"--opinion-on {self.on}: expected a day of the last {OPINION_MONTHS} months up to {today}; ask again"
            )
        return f"Opinion that it is not likely to cause serious harm: {self.of.strip()}, on {day(self.on)}."


def write_file(
    place: Place, person: str, *, asked_by: str, by: str, opinion: Opinion | None, folder: Path | None, now: datetime
) -> WrittenFile:
    """Write everything held about a person; without an opinion as a draft for the health professional who is asked.

    Raises UsageError for nobody of that id, without who asks and acts, or for an opinion that does not count.
    """
    asked_by, by = _named(asked_by, "--for", "who asks for it"), _named(by, "--by", "who makes it")
    harm = opinion.text(now.date()) if opinion else NOT_YET
    with open_warehouse(place) as warehouse:
        scope = person_scope(place, warehouse, person)
        redactor = Redactor(scope)
        name_staff = place.settings.governance.name_staff
        found = list(collect(place, warehouse, redactor, name_staff=name_staff))
        cells, lacking = sent_rows(place, warehouse, redactor)
    enter_look(place, now, "subject", scope.person_id, by=by)
    to = folder or place.curated / "subject" / f"{scope.person_id}-{now:%Y%m%dT%H%M%SZ}"
    received = list(recipients(place, scope))
    extra = _extra(place, redactor, cells, received)
    made = PersonFile(
        person_id=scope.person_id,
        site=place.settings.name,
        asked_by=asked_by,
        made_by=by,
        harm=harm,
        at=now,
        synthetic=place.settings.synthetic,
        about=about(place, found, received),
        parts=[*map(_Parts(_latest(place)), found), *extra],
        withheld=_withheld(redactor, lacking),
    )
    with disk_errors(place.curated):
        what = OWN._replace(proportionality=f"{OWN.proportionality} {harm}") if opinion else DRAFT
        _enter(place, scope, what, to, by, now)
        make_private(to)
        name = scope.person_id if opinion else f"{scope.person_id}-draft"
        page, pdf, data = (to / f"{name}.{kind}" for kind in ("html", "pdf", "json"))
        for path, form in ((page, as_page), (pdf, as_pdf), (data, as_json)):
            write_whole(path, form(made))
    return WrittenFile(
        page=page,
        pdf=pdf,
        data=data,
        person_id=scope.person_id,
        rows=scope.rows.height,
        free_texts=free_texts(found),
        withheld=sum(one.times for one in made.withheld),
        named_so=_called(asked_by, scope),
    )


def _named(text: str, option: str, who: str) -> str:
    if not text.strip():
        raise UsageError(
            f"{option} is needed: {who}. A person's file is made for somebody, by somebody, and it is logged"
        )
    return text.strip()


def _enter(place: Place, scope: PersonScope, what: Disclosure, to: Path, by: str, now: datetime) -> None:
    file = to.relative_to(place.curated).as_posix() if to.is_relative_to(place.curated) else str(to.resolve())
    enter_disclosure(place, now, what, basis=LAW, by=by, people=1, person_id=scope.person_id, file=file)


@dataclass(frozen=True)
class _Parts:
    """Tables as parts of the file: on the page stand the latest month and every list, in the JSON all."""

    latest: str

    def __call__(self, found: PersonRows) -> Part:
        made_anew = found.title.endswith("(working copy)")
        on_list = found.chapter == chapters.LISTS
        shown = (found.place in (DATABASE, WRITTEN, self.latest) or on_list) and not made_anew
        twice = found.place == self.latest and found.table in ("decisions", "second_opinions", "meeting_entry")
        return Part(
            chapter=found.chapter,
            title=found.title,
            table=found.table,
            place=found.place,
            rows=found.rows,
            shown=shown and not twice and found.table not in ("pair_score", "person_ledger"),
        )


def _extra(place: Place, redactor: Redactor, cells: list[Row], received: list[Row]) -> list[Part]:
    """What is not in a table of the model: cells as sent, lists that were shared, the logs, files that were made."""
    lists = [row for row in received if row["person_id"] is None]
    logged, looked = log_lines(place, redactor.scope), looks_at(place, redactor.scope.person_id)
    files = [{"file": name} for name in files_made(place, redactor.scope)]
    described = (
        (chapters.RECEIVED, "Your rows as the agencies sent them", "agencies' files", cells),
        (chapters.RIGHTS, "Lists that were shared and had you on them", "the log of disclosures", lists),
        (chapters.RIGHTS, "Who looked at your record", "the read log", looked),
        (chapters.RIGHTS, "Lines of the audit log about you", "the audit log", logged),
        (chapters.RIGHTS, "Files that were made and tell of you", "the site's folder", files),
    )
    staff = place.settings.governance.name_staff
    return [
        Part(chapter=chapter, title=title, table="", place=where, rows=_for_person(title, rows, redactor, staff))
        for chapter, title, where, rows in described
        if rows
    ]


def _for_person(title: str, rows: list[Row], redactor: Redactor, name_staff: bool) -> list[dict[str, Cell]]:
    """Rows without others; the id of a person who is none of a list's is empty already."""
    return [row_for_person(title, row, redactor, name_staff=name_staff) for row in rows]


def _withheld(redactor: Redactor, lacking: dict[str, int]) -> list[Withheld]:
    rows = [Withheld(what=where, times=n, ground=ground) for (where, ground), n in sorted(redactor.counts.items())]
    rows += [Withheld(what="cells of rows as sent", times=n, ground=why) for why, n in sorted(lacking.items())]
    return [*rows, Withheld(what="the matcher's memory", times=1, ground=UNREADABLE)]


def _latest(place: Place) -> str:
    """The folder of the latest published month."""
    months = place.months()
    return months[max(months)] if months else ""


def _called(asked_by: str, scope: PersonScope) -> bool:
    """Whether who asks is called as a row of the record is: all words of a name of theirs are in it."""
    words = set(asked_by.upper().replace(",", " ").split())
    names = [set(str(name).upper().replace(",", " ").split()) for name in scope.own["name_text"]]
    return any(name <= words for name in names if name)
