"""Keys that stand in several rows: several people at one event, versions of one row, or nothing that tells."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import polars as pl

from hiu.extract.draft.columns.keys import PARTS, TAKEN_BACK, VERSION, is_part, is_running
from hiu.extract.draft.columns.look import Look
from hiu.extract.draft.columns.words import spaced, words
from hiu.extract.draft.lines import array, comment, quoted, some
from hiu.extract.draft.plan import Plan
from hiu.extract.draft.table.sample import Sample
from hiu.extract.values.codes import YES_NO
from hiu.extract.values.text import bag

_CURRENT = bag("current latest active live valid")
_SEQUENCE = bag("seq sequence person subject no number line order involvement role") | PARTS
_STATES = bag("status state action update type operation record row change flag indicator")
_GONE = bag("deleted delete del void voided withdrawn removed")
_CHANGES = bag("a c d i n u")
"""Letters for what was done to a row (added, changed, deleted, inserted, new, updated): D is no 'divorced' there."""
DELETED = "taken_back"
"""The field that says which rows were taken back."""
_MOST_STATES = 8
WHO = ("nhs_number", "name", "family", "given", "dob")


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """How many keys stand in several rows; of those how many beside different people; and what tells the rows apart:
    the fields of the record, the column of versions, the column that says which is current.
    """

    keys: int = 0
    shared: int = 0
    record: tuple[str, ...] = ()
    sequence: str | None = None
    version: Look | None = None
    current: Look | None = None

    @property
    def used(self) -> set[str]:
        """Headers that the lines read."""
        return {*([self.sequence] if self.sequence else []), *([self.version.header] if self.version else [])}


@dataclass(frozen=True)
class Deleted:
    """The column that says which rows were taken back: its header, the values that say so, and its type."""

    header: str
    values: tuple[str, ...]
    type: str


def find_deleted(sample: Sample, used: AbstractSet[str]) -> Deleted | None:
    """A yes or no headed 'is_deleted' and the like, or a state that is 'Deleted' or 'D' in some rows; else None."""
    for header, seen in sample.looks.items():
        if header in used or not 0 < seen.distinct <= _MOST_STATES:
            continue
        if words(header) & TAKEN_BACK and all(spaced(value) in YES_NO for value in seen.counted):
            return Deleted(header, ("yes",), "boolean")
        states = {value: spaced(value) for value in seen.counted}
        letters = {"d"} if _CHANGES.issuperset(states.values()) else set[str]()
        gone = tuple(sorted(value for value, state in states.items() if state in _GONE | letters))
        if gone and words(header) & (TAKEN_BACK | _STATES):
            return Deleted(header, gone, "code")
    return None


def deleted_lines(deleted: Deleted) -> Iterator[str]:
    """The field of a column that says which rows were taken back."""
    yield f'\n[fields.{DELETED}]\ncolumns = {array([deleted.header])}\ntype = "{deleted.type}"'


def find_repeats(sample: Sample, plan: Plan, used: set[str]) -> Repeats:
    """What the repeats of a new source's key are; `used` are columns that are read as something else."""
    if plan.key is None or plan.kind not in ("events", "stays"):
        return Repeats()
    frame = sample.raw.frame
    again = frame.filter(pl.col(plan.key).is_duplicated() & pl.col(plan.key).is_not_null())
    keys = again[plan.key].n_unique() if again.height else 0
    if not keys:
        return Repeats()
    who = [plan.columns[field] for field in WHO if field in plan.columns] + plan.numbers
    shared = _keys_with_several(again, plan.key, who)
    free = [seen for header, seen in sample.looks.items() if header not in used and header != plan.key]
    if shared * 3 >= keys:
        sequence = next((seen.header for seen in free if _is_sequence(frame, plan.key, seen)), None)
        who_fields = [field for field in WHO if field in plan.columns] + ["person_id"] * bool(plan.numbers)
        record = ("event", "person_no") if sequence else ("event", *who_fields)
        return Repeats(keys=keys, shared=shared, record=record, sequence=sequence)
    turn = next((s.header for s in free if is_part(frame, plan.key, s) and not words(s.header) & VERSION), None)
    if turn:
        return Repeats(keys=keys, record=("event", "part_no"), sequence=turn)
    differing = [seen for seen in sample.looks.values() if _differs(again, plan.key, seen.header)]
    version = next((s for s in differing if s in free and words(s.header) & VERSION and _sorts(s)), None)
    current = next((s for s in differing if words(s.header) & _CURRENT and s.distinct == 2), None)
    return Repeats(keys=keys, shared=shared, version=version, current=current)


def parts_of(frame: pl.DataFrame, event: Sequence[str], who: Sequence[str], free: Sequence[Look]) -> str | None:
    """The column that tells the parts of one event of one person apart, such as the vehicles of a call; '' if rows are
    repeated so and no column tells, None if none are."""
    key = [*event, *who]
    if not event or not frame.filter(pl.col(event[0]).is_not_null()).select(key).is_duplicated().any():
        return None
    able = [seen.header for seen in free if words(seen.header) & PARTS and seen.distinct > 1]
    rows = frame.unique()
    return next(
        (header for header in able if not rows.select(*key, header).is_duplicated().any()), next(iter(able), "")
    )


def _keys_with_several(again: pl.DataFrame, key: str, who: Sequence[str]) -> int:
    """Keys beside which some column of the person holds different values; letters' case is no difference."""
    if not who:
        return 0
    plain = again.select(key, *(pl.col(header).str.to_lowercase().str.strip_chars() for header in who))
    several = plain.group_by(key).agg(pl.col(header).drop_nulls().n_unique() for header in who)
    sure = [header for header in who if again[header].null_count() < again.height]
    return several.filter(pl.all_horizontal(pl.col(header) > 1 for header in sure)).height if sure else 0


def _is_sequence(frame: pl.DataFrame, key: str, seen: Look) -> bool:
    named = bool(words(seen.header) & _SEQUENCE)
    numbered = seen.whole or bool(words(seen.header) & PARTS)
    return is_running(frame, key, seen) or (
        named and numbered and not frame.select(key, seen.header).is_duplicated().any()
    )


def _differs(again: pl.DataFrame, key: str, header: str) -> bool:
    if header == key:
        return False
    return bool((again.group_by(key).agg(pl.col(header).n_unique())[header] > 1).any())


def _sorts(seen: Look) -> bool:
    return seen.dated or seen.whole or all(value.isdigit() for value in seen.counted)


def key_lines(repeats: Repeats, deleted: Deleted | None) -> Iterator[str]:
    """The keys of [key] that the repeats and the rows taken back ask for, or what is to be settled."""
    if deleted:
        values = array(deleted.values)
        yield f"deleted = {{ {DELETED} = {values} }}  # CHECK: {comment(deleted.header)} takes a row back"
    rows = f"{repeats.keys:,} of its values stand in several rows"
    if repeats.record and not repeats.shared:
        once = "parts of one event, which counts once, when the first of them began"
        yield f"record = {array(repeats.record)}  # CHECK: {rows}: {once}"
    elif repeats.record:
        yield f"record = {array(repeats.record)}  # CHECK: {rows}, of different people: a row for each"
    elif repeats.version:
        yield f'version = "version"  # CHECK: {rows}: the one with the latest {comment(repeats.version.header)} holds'
    elif repeats.keys:
        yield (
            f"# CHECK: {rows}, which count once, and the last row holds: if each row is an event of its own, add "
            "a field to the key"
        )


def unnumbered_lines(clock: str | None, numbers: Sequence[str] = (), free: Sequence[str] = ()) -> Iterator[str]:
    """A key where no column numbers the rows: when it was, and by the rest of the row who it was. `free` are columns
    named as numbers that come again too often to be taken for one."""
    parts = ["start", *["start_time"] * bool(clock), *numbers]
    unless = f", unless {some(free, 3)} numbers events" if free else ""
    doubt = f"no column numbers the rows{unless}: a person counts once at one time"
    yield f"\n[key]\nevent = {array(parts)}  # CHECK: {doubt}"
    yield 'resend = "period"  # a later file for a month replaces it whole'
    if clock:
        yield f"\n[fields.start_time]\ncolumns = {array([clock])}"


def field_lines(repeats: Repeats) -> Iterator[str]:
    """The fields that the key names."""
    if repeats.sequence:
        yield f'\n[fields.{repeats.record[-1]}]\ncolumns = {array([repeats.sequence])}\ntype = "text"'
    if (seen := repeats.version) is None:
        return
    kind = seen.kind if seen.dated else "text"
    yield f'\n[fields.version]\ncolumns = {array([seen.header])}\ntype = "{kind}"'
    if seen.dated:
        yield f"formats = {array(seen.formats)}"


def current_line(repeats: Repeats, field: str) -> Iterator[str]:
    """A condition to consider, where a column says which rows hold."""
    if repeats.current is not None:
        word = next((w for w in repeats.current.counted if spaced(w) in ("yes", "y", "true", "1", "current")), "...")
        condition = f"where = {{ {field} = {{ in = [{comment(quoted(word))}] }} }}"
        yield f"# {condition}  # CHECK: take the first # away if only these rows hold"
