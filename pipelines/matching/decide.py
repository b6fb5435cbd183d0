"""Review and decide on the terminal or by a filled-in CSV; names are masked unless asked for, and all is logged."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import polars as pl

from hiu.errors import HiuError, UsageError
from hiu.govern.pseudonym import described
from hiu.govern.records import read
from hiu.govern.release.outputs import put
from hiu.model import DECISIONS
from hiu.publish.release.working import whole_table
from hiu.publish.words.text import join_words
from hiu.site.review import csv_file as sheet
from hiu.site.review import decide as desk
from hiu.site.review.queue import PAIR, Ask, Queue, by_ids
from pipelines.access.disclose import show_names as names_shown
from pipelines.access.looks import enter_look, without_ids
from pipelines.access.wording import LOCKED, refused_texts
from pipelines.common.journal import record
from pipelines.common.place import Place
from pipelines.common.progress import out

_WIDTH = 26


def review(
    place: Place,
    month: str | None,
    top: int,
    *,
    double: bool,
    by: str | None,
    csv: Path | None,
    show_names: bool,
    now: datetime,
) -> None:
    """Print the pairs that matter most, or write them to a CSV to fill in."""
    if double and not (by or "").strip():
        raise UsageError("--double needs --by NAME: the second reviewer, so that they see only what others decided")

    def asks_of(queue: Queue) -> list[Ask]:
        return queue.twice(str(by), place.settings.linking.double_review, top) if double else queue.waiting(top)

    queue = _queue(place, month)
    asks = asks_of(queue)
    enter_look(place, now, "review", queue.people(asks), by=by, month=queue.month)
    if show_names:
        found = names_shown(
            place,
            queue.people(asks),
            month=str(queue.month),
            now=now,
            identities=[queue.ids[one] for one in by_ids(asks)],
        )
        queue = _queue(place, month, found.ids)
        asks = asks_of(queue)
        if found.withheld:
            out(f"Names {found.withheld_message}.")
    if csv is not None:
        put(csv, without_ids(place, sheet.queue_csv(asks).decode("utf-8"), "support", now, {}).encode("utf-8"))
        record(place, now, "review_sheet", pairs=len(asks), names=show_names, month=str(queue.month))
        second = " --second" if double else ""
        out(
            f"{csv}: {len(asks)} pairs. Fill in 'decision' (same, different, unsure) and 'note', then "
            f"'hiu decide --from {csv} --by NAME{second}'."
        )
        return
    _print_head(queue, len(asks), double=double)
    for ask in asks:
        _print_ask(ask, second=double)


def decide(
    place: Place, pair: tuple[str, str], decision: str, *, by: str | None, note: str | None, second: bool, now: datetime
) -> None:
    """Record what a reviewer says of two descriptions."""
    a, b = _pair(place, pair)
    if second:
        desk.second_opinion(place, [desk.Verdict(a, b, decision, note)], reviewer=by or "", at=now)
    else:
        desk.decide(place, a, b, decision, reviewer=by or "", at=now, note=note)
    kind = "second_opinion" if second else "decision"
    record(place, now, kind, identity_a=a, identity_b=b, decision=decision, by=by)
    out(f"{_shown(place, a, b)}: {decision}, by {by}. " + ("It binds nothing." if second else _next(place)))


def undo(place: Place, pair: tuple[str, str], *, by: str | None, now: datetime) -> None:
    """Undo what was decided about two descriptions."""
    a, b = _pair(place, pair)
    desk.undo(place, a, b, reviewer=by or "", at=now)
    record(place, now, "decision_undone", identity_a=a, identity_b=b, by=by)
    out(f"{_shown(place, a, b)}: undone by {by}; it stays on record. {_next(place)}")


def decide_from(place: Place, file: Path, *, by: str | None, second: bool, dry_run: bool, now: datetime) -> None:
    """Take in a filled-in CSV: all of it, or nothing and a line for each row that can't be taken."""
    if not file.is_file():
        raise UsageError(f"{file}: no such file; 'hiu review --csv {file}' writes one")
    answers = sheet.answers(file.read_bytes(), file.name, _queue(place, None).identity)
    _require_handed_out(place, file.name, answers)
    _require_plain_notes(place, file.name, answers, now)
    try:
        if second and not dry_run:
            desk.second_opinion(place, answers.verdicts, reviewer=by or "", at=now)
        elif not second:
            name = by or ("nobody yet" if dry_run else "")
            desk.decide_all(place, answers.verdicts, reviewer=name, at=now, dry_run=dry_run)
    except desk.Refused as refused:
        lines = [f"{file.name}, row {answers.rows[at]}: {why}" for at, why in refused.lines]
        raise HiuError("nothing was taken:\n" + "\n".join(lines)) from None
    counts = {word: sum(v.decision == word for v in answers.verdicts) for word in desk.WORDS}
    summary = ", ".join(f"{n} {word}" for word, n in counts.items()) + f"; {answers.empty} left empty"
    if dry_run:
        out(f"{file.name}: would take {summary}. Nothing was recorded.")
        return
    record(place, now, "second_opinions" if second else "decisions", **counts, by=by)
    out(f"{file.name}: {summary}. " + ("They bind nothing." if second else _next(place)))


def _require_handed_out(place: Place, name: str, answers: sheet.Answers) -> None:
    """Raises HiuError naming each row whose pair no review showed: its cells may have been moved between rows."""
    folders = [place.published / folder for folder in place.months().values()]
    shown = [pl.read_parquet(whole_table(folder, "review_queue"), columns=PAIR) for folder in folders]
    pairs = {frozenset(pair) for pair in pl.concat([*shown, read(place.records, DECISIONS).select(PAIR)]).rows()}
    lines = [
        f"{name}, row {row}: no review showed these two descriptions as a pair; expected identity_a and identity_b as "
        "'hiu review --csv' wrote them in one row"
        for row, one in zip(answers.rows, answers.verdicts, strict=True)
        if one.a != one.b and frozenset(one.pair) not in pairs
    ]
    if lines:
        raise HiuError("nothing was taken:\n" + "\n".join(lines))


def _require_plain_notes(place: Place, name: str, answers: sheet.Answers, now: datetime) -> None:
    """Raises HiuError naming each row whose note names somebody on record: the two may turn out to be anybody."""
    refused = refused_texts(place, [((), "note", one.note or "") for one in answers.verdicts], now, "decide")
    if LOCKED in refused:
        raise UsageError(f"{name}: nothing was taken: a note of it {LOCKED}")
    lines = [
        f"{name}, row {row}: the note holds what could be a name or a number; "
        "expected: what speaks for or against one person, with no name or number"
        for row, why in zip(answers.rows, refused, strict=True)
        if why
    ]
    if lines:
        raise HiuError("nothing was taken:\n" + "\n".join(lines))


def _next(place: Place) -> str:
    """What a decision changes, and what it does not: papers that were given out may be about the wrong person."""
    words = "The next 'hiu run' honours it."
    if months := sorted(place.months()):
        words += (
            f" Until then the lists of {join_words(months)} stay as they are: each is made again by 'hiu run' with "
        )
        words += "its month. Tell whoever was given one in which somebody has another's records."
    return words


def _pair(place: Place, pair: tuple[str, str]) -> tuple[str, str]:
    queue = _queue(place, None)
    return queue.identity(pair[0]), queue.identity(pair[1])


def _queue(place: Place, month: str | None, names: Collection[str] = ()) -> Queue:
    return Queue(*place.which(month), place.records, place.key_for("description"), names=names)


def _shown(place: Place, a: str, b: str) -> str:
    return described(f"{a} and {b}", place.key_for("description"))


def _print_head(queue: Queue, shown: int, *, double: bool) -> None:
    if double:
        out(f"{shown} pairs decided by others, for a second look. Your answer binds nothing: it measures agreement.")
        return
    waiting = len(queue.pairs)
    bearing = queue.pairs.filter(queue.pairs["priority"] > 0).height
    out(
        f"{queue.month.title}: {waiting:,} uncertain pairs, of which {bearing:,} can move the list. "
        f"Shown: {shown}, those that matter most first."
    )


def _print_ask(ask: Ask, *, second: bool) -> None:
    place = f"{ask.place}. " if ask.place else ""
    likely = "" if ask.chance is None or second else f" (chance that they are one person {100 * ask.chance:.0f}%)"
    out(f"\n{place}{ask.why or 'decided by somebody else'}{likely}")
    if ask.effect and not second:
        out(f"   {ask.effect}.")
    for line in ask.lines:
        weight = "" if line.weight is None or second else f"{line.weight:+6.1f}"
        left, right = (f"{_shorten(text):<{_WIDTH}}" for text in (line.left, line.right))
        out(f"   {line.title:<22} {left} {right} {'' if second else line.level:<24} {weight}".rstrip())
    for text in ask.past:
        out(f"   earlier: {text}")
    out(f"   hiu decide {ask.a} {ask.b} same|different|unsure --by NAME{' --second' if second else ''}")


def _shorten(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
