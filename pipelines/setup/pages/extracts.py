"""The page of what each agency is asked to send, made of the sources: must, wanted or may."""

from collections.abc import Iterator

from hiu.sources import load_sources
from hiu.sources.spec import FieldSpec, Packed, Source

MUST, WANTED, MAY = "must", "wanted", "may"
WHO = frozenset(
    {"name", "given", "family", "aliases", "dob", "age", "sex", "nhs_number", "postcode", "address", "local_id"}
)
"""Types of field that say who a row is about."""

HEAD = """# What each agency sends

{made}
Send an agency its part of this page with the request for an extract. A file is best CSV or XLSX with headers. The
order of columns is free, and any of the headers shown will do, whatever their case, spaces and punctuation; other
headers are one line of a mapping ([sources.md](sources.md)). Please ask for nothing that is not on the list: a column
that no source reads is named to the operator and enters no table. A file is taken by its name: `*` stands for any
letters, capitals do not matter, and a site's own mapping can ask for another name (`pattern` in sources.md).

- **must**: the file is refused without the column. A row whose key or start is empty is set aside; another cell may be
  empty where nothing is known (an open stay has no end). Of the columns that say who somebody is, one at least is a
  must as well: a name, an NHS number, or a number of the agency's own.
- **wanted**: the file loads without it. But it says who the row is about, what it counts as, which of two versions
  holds, or, in a register, what may be done: each column that is missing costs matches, counts or gates.
- **may**: shown beside a contact, or kept for a report. Leave it out if there is no basis for sending it.

**Before you send**: where the national data opt-out applies to this use, it binds you who disclose, if your data come
from the health and adult social care system (a police force is not bound, and can't ask for opt-outs). Leave people
who opted out of the file; that the group has a list of them too does not mend it ([governance.md](governance.md)).
It does not apply to a person's own care: ask the group's data protection officer before you leave anybody out.
Send no former or other names of somebody whose record is restricted or who may have a protected gender history: send
the present name and sex alone ([governance.md](governance.md)). Police: send the part that each person had; without it
leave out the rows of witnesses, officers and professionals, who would count as if the incident were about them.
Say whether your NHS numbers were traced in the Personal Demographics Service: nothing here traces them.
"""


def page(made: str) -> str:
    """The page as Markdown: for every shipped source its columns, by how much they are needed."""
    lines = [line for source in load_sources().values() for line in _source(source)]
    return "\n".join([HEAD.format(made=made), *lines]).rstrip() + "\n"


def needed(source: Source, name: str) -> str:
    """How much a source needs a field: MUST, WANTED or MAY."""
    field, key = source.fields[name], source.key
    if field.required or field.filled or name in key.event or (name == "start" and source.dated):
        return MUST
    decides = {*key.record, *key.deleted, *key.duplicate, *source.where, key.version, key.duplicate_of}
    decides |= {asked for measure in source.measures for asked in measure.where}
    decides |= {"end"} if source.kind == "stays" else set()
    return WANTED if name in decides or field.type in WHO or source.kind == "register" else MAY


def _source(source: Source) -> Iterator[str]:
    yield from (f"## {source.name}", "", f"{source.title}.", "")
    if source.file.patterns:
        yield from (f"Name of the file: {' or '.join(f'`{one}`' for one in source.file.patterns)}.", "")
    yield from ("| column | need | headers that are read |", "|---|---|---|")
    for need in (MUST, WANTED, MAY):
        for name, field in source.fields.items():
            if needed(source, name) == need:
                yield f"| {name.replace('_', ' ')} | {need} | {_headers(field)} |"
    for fact in source.facts:
        headers = ", ".join((*fact.columns, *fact.at_columns)[:3])
        called = f"{fact.role} {fact.fact}" if fact.role else fact.fact
        yield f"| {called.replace('_', ' ')} | {WANTED} | {headers}{_words(fact)} |"
    yield ""


def _words(fact: Packed) -> str:
    """The words that a cell may have, where there is a list of them."""
    return f"; words: {', '.join(fact.codes)}" if fact.codes and fact.fact != "grading" else ""


def _headers(field: FieldSpec) -> str:
    times = f"; its time apart: {field.time_columns[0]}" if field.time_columns else ""
    return ", ".join(field.columns[:3]) + times
