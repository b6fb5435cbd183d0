"""What the cells of a row must be together: of one row, a gate with its day, a whole grading, a start with its gates.

A cell that no longer stands in the row it was filled in on is told by its shade, or by what was sent elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hiu.govern.basis.start import Gate, lacking
from hiu.model.meeting import GATE_DATES, GRADINGS, NEEDED_TO_START, STARTING
from hiu.publish.words.terms import ENTERED, source_words
from hiu.publish.words.text import join_words
from hiu.publish.workbook.back.returned import Copy, Row, SentRow
from hiu.publish.workbook.back.verdict import Change, Verdict
from hiu.publish.workbook.values import LONGEST, Unfit, day_of, value_of

FEWEST = 3
"""So many texts in order from the top row on are no chance that goes without saying."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is on record of a person's gates beside the workbook: of a candidate they are not in its cells.

    `ended` = the day on which earlier support ended, if there was any; `on` = the day the copy is taken in.
    """

    gates: Mapping[str, Gate]
    ended: date | None
    on: date


def refuse_halves(verdict: Verdict, row: Row, taken: dict[str, Change], now: Mapping[str, str]) -> None:
    """Take out what makes half a grading: a likelihood without an impact, or an impact without a likelihood."""
    for role, scores in GRADINGS.items():
        after = {name: taken[name].new if name in taken else now[name] for name in scores}
        if not set(scores) & set(taken) or all(after.values()) or not any(after.values()):
            continue
        empty = next(name for name, value in after.items() if not value)
        for name in [name for name in scores if name in taken]:
            del taken[name]
            why = f"half a grading: {ENTERED[empty].lower()} is empty. Enter both of the {source_words(role)} grading"
            verdict.refuse(row, name, "half", f"{why}, or clear both")


def refuse_undated(verdict: Verdict, row: Row, taken: dict[str, Change], now: Mapping[str, str]) -> None:
    """Take out a gate opened without its own day, a day without a gate, and a day cleared of a gate that is open.

    What closes a gate (refused, withdrawn, not granted, review needed) is taken with or without a day.
    """
    for gate, dated in GATE_DATES.items():
        word, when = (taken[name].new if name in taken else now[name] for name in (gate, dated))
        opens = word in NEEDED_TO_START[gate]
        title = ENTERED[dated]
        if gate in taken and opens and (dated not in taken or not when):
            del taken[gate]
            stale = f"; {when} beside it is the day of what was there before" if when else ""
            verdict.refuse(row, gate, "undated", f"needs a date: fill in '{title}' on the same row{stale}")
        elif dated in taken and when and not word:
            del taken[dated]
            verdict.refuse(
                row, dated, "undated", f"a date without an answer: fill in '{ENTERED[gate]}' on the same row"
            )
        elif dated in taken and not when and opens:
            del taken[dated]
            verdict.refuse(row, dated, "undated", f"'{ENTERED[gate]}' was answered, so its date may not be empty")


def judge_start(
    verdict: Verdict, row: Row, sent: SentRow, taken: dict[str, Change], now: Mapping[str, str], standing: Standing
) -> None:
    """Take out a decision to start support that lacks a gate of this support; say if one taken before now does."""
    after = dict(now) | {name: change.new for name, change in taken.items()}
    missing = lacking(_gates(after, standing.gates), ended=standing.ended, on=standing.on)
    if "decision" in taken and taken["decision"].new == STARTING and missing:
        del taken["decision"]
        words = join_words(f"{ENTERED[gate].lower()} {why}" for gate, why in missing.items())
        verdict.refuse(row, "decision", "gate", f"support can't start: {words} (G20-22)")
    elif after["decision"] == STARTING and {*missing, *(GATE_DATES[gate] for gate in missing)} & set(taken):
        words = "the decision to start support no longer has what it needs; decide anew"
        verdict.notes.append(f"{sent.person_id}: {words}")


def _gates(after: Mapping[str, str], on_record: Mapping[str, Gate]) -> dict[str, Gate]:
    """Each gate as the row's cells have it; where they are empty, as it is on record."""
    cells = {gate: Gate(word=after[gate], at=day_of(after[dated])) for gate, dated in GATE_DATES.items() if after[gate]}
    return dict(on_record) | cells


def moved_cells(copy: Copy, rows: Mapping[str, Row]) -> dict[str, dict[str, str]]:
    """Of each person's row the entry cells that came from another row, and how that shows, in words.

    A cell that was sorted, pasted or filled in from another row has that row's shade. Where only values were moved, a
    column whose changed cells hold just what was sent in each other's rows was sorted by itself.
    """
    out: dict[str, dict[str, str]] = {}
    for person, row in rows.items():
        for name, owner in copy.strangers(row).items():
            why = f"the cell came from the row of {owner}: nothing on this row is taken in; type it on its own row"
            out.setdefault(person, {})[name] = why
    for name in ENTERED:
        for person in _permuted(copy, rows, name):
            why = f"the values of '{ENTERED[name]}' stand in other rows than they were sent in, as if sorted by itself"
            out.setdefault(person, {}).setdefault(name, f"{why}: nothing on this row is taken in")
    return out


def in_order(copy: Copy, rows: Mapping[str, Row]) -> list[str]:
    """A sentence for each column of texts that are new and in alphabetical order from the first row on: a column that
    was sorted by itself looks so."""
    notes = []
    for name in (field for field in LONGEST if field in ENTERED):
        texts = [text if text != copy.sent[person].entered[name] else "" for person, text in _column(rows, name)]
        new = [text.casefold() for text in texts if text]
        first = all(texts[: len(new)])
        if first and len(set(new)) == len(new) >= FEWEST and new in (sorted(new), sorted(new, reverse=True)):
            title = ENTERED[name]
            notes.append(f"'{title}' stands in alphabetical order from the top: if it was sorted by itself, say no")
    return notes


def _permuted(copy: Copy, rows: Mapping[str, Row], name: str) -> list[str]:
    """People whose cells of a column changed, where these hold between them just what was sent between them."""
    sent = {person: copy.sent[person].entered[name] for person in rows}
    changed = {person: text for person, text in _column(rows, name) if text != sent[person]}
    before = sorted(sent[person] for person in changed)
    return list(changed) if len(changed) > 1 and sorted(changed.values()) == before else []


def _column(rows: Mapping[str, Row], name: str) -> list[tuple[str, str]]:
    """Each person and what a column says of them, by the sheet's rows."""
    ordered = sorted(rows.items(), key=lambda item: item[1].number)
    return [(person, _value(name, row.cells[name].text)) for person, row in ordered]


def _value(name: str, text: str) -> str:
    try:
        return value_of(name, text)
    except Unfit:
        return text
