"""A row's inputs stay with its person: every shuffling of a sheet, for every column that is filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import publish_frames as frames
import pytest
from workbook_kit import Edited, at, entries, made

from hiu.model.meeting import CHOICES, GATE_DATES
from hiu.publish.words.terms import ENTERED
from hiu.publish.workbook.listing import columns
from hiu.publish.workbook.values import DATES, PAST

ROWS = (6, 7, 8, 9)
OF_ROW = dict(zip(ROWS, frames.IDS, strict=False))
NO = {"permission": "not granted", "consent": "refused", "capacity": "review needed"}


@pytest.fixture(scope="module")
def sent() -> bytes:
    return made()


def value(column: str) -> str | int | date:
    """Something fit for a column."""
    if column.startswith(("likelihood", "impact")):
        return 4
    if column in PAST:
        return date(2026, 4, 1)
    if column in DATES:
        return date(2026, 6, 1)
    return NO.get(column) or (CHOICES[column][0] if column in CHOICES else "Ring the GP first")


def filled(sent: bytes, column: str, row: int) -> Edited:
    """A copy with a column filled in on a row, and what has to stand beside it."""
    copy = Edited(sent).put(at(column, row), value(column))
    if column.startswith(("likelihood", "impact")):
        kind, role = column.split("_", 1)
        copy.put(at(f"{'impact' if kind == 'likelihood' else 'likelihood'}_{role}", row), 3)
    for gate, dated in GATE_DATES.items():
        copy.put(at(gate, row), NO[gate] if column == dated else value(gate) if column == gate else None)
    return copy


def sort_one_column(copy: Edited, column: str) -> None:
    copy.swap(column, column, (6, 8))


def cut_and_paste_a_block(copy: Edited, column: str) -> None:
    names = columns()
    end = min(names.index(column) + 2, len(names) - 2)
    copy.swap(column, names[end], (6, 8))


def insert_a_cell(copy: Edited, column: str) -> None:
    for row in reversed(ROWS[:-1]):
        copy.paste(column, row, row + 1)
    copy.put(at(column, 6), None)


def filter_and_paste(copy: Edited, column: str) -> None:
    copy.paste(column, 6, 8)


def fill_down(copy: Edited, column: str) -> None:
    for row in ROWS[1:]:
        copy.paste(column, 6, row)


SHUFFLES = (sort_one_column, cut_and_paste_a_block, insert_a_cell, filter_and_paste, fill_down)


@pytest.mark.parametrize("shuffle", SHUFFLES, ids=lambda job: job.__name__)
@pytest.mark.parametrize("column", ENTERED)
def test_what_was_filled_in_for_one_person_is_never_recorded_for_another(
    sent: bytes, column: str, shuffle: Callable[[Edited, str], None]
) -> None:
    copy = filled(sent, column, 6)
    shuffle(copy, column)
    verdict = copy.verdict()
    assert {one.person_id for one in verdict.changes} <= {OF_ROW[6]}, "only on the row where it was filled in"
    named = {one.person_id for one in verdict.refused if one.code in ("swapped", "row")}
    landed = [OF_ROW[row] for row in ROWS[1:] if _text(copy, column, row)]
    assert landed and set(landed) <= named, "each row that cells came to is named"


def _text(copy: Edited, column: str, row: int) -> str:
    return next(one.cells[column].text for one in copy.back().rows if one.number == row)


def test_a_block_of_values_that_brings_its_row_along_is_refused(sent: bytes) -> None:
    """Pasted as values alone, a block that reaches over a group of columns carries the row's check with it."""
    names = columns()
    for first, last in (
        ("likelihood_clinical", "notes"),
        ("permission", "decision"),
        ("impact_public_safety", "consent"),
    ):
        copy = Edited(sent).put(at("notes", 6), "Ring the GP first").put(at("consent", 6), "refused")
        for name in names[names.index(first) : names.index(last) + 1]:
            copy.paste(name, 6, 8, values=True)
        refused = [(one.person_id, one.code) for one in copy.verdict().refused]
        assert refused == [(OF_ROW[8], "swapped")]


def test_a_column_of_values_that_was_sorted_by_itself_is_refused_and_each_row_named() -> None:
    tables = frames.published(4)
    told = [("Sam", 6), ("Ann", 7), ("Kim", 8)]
    tables["meeting_entry"] = entries(
        [
            {"person_id": OF_ROW[row], "field": "owner", "value": name, "author": "Ann", "pack_id": "p",
             "month": date(2026, 2, 1), "entered_at": frames.STAMPED, "row_version": 1}
            for name, row in told
        ]
    )  # fmt: skip
    copy = Edited(made(tables))
    for row, name in zip(ROWS, ("Ann", "Kim", "Sam"), strict=False):
        copy.put(at("owner", row), name)
    verdict = copy.put(at("notes", 6), "Ring first").verdict(tables["meeting_entry"])
    assert not verdict.changes
    assert {one.person_id for one in verdict.refused} == {OF_ROW[row] for row in (6, 7, 8)}
    honest = Edited(made(tables)).put(at("owner", 6), "Ann").verdict(tables["meeting_entry"])
    assert [one.new for one in honest.changes] == ["Ann"], "one cell that says what another row was sent is an edit"


def test_new_texts_in_alphabetical_order_are_asked_about(sent: bytes) -> None:
    copy = Edited(sent)
    for row, text in zip(ROWS, ("Call in", "Meet", "Visit"), strict=False):
        copy.put(at("notes", row), text)
    verdict = copy.verdict()
    assert len(verdict.changes) == 3 and "alphabetical order" in verdict.notes[0]
    assert not Edited(sent).put(at("notes", 6), "Meet").put(at("notes", 7), "Call in").verdict().notes


def test_rows_sorted_whole_keep_their_shades_and_are_taken(sent: bytes) -> None:
    copy = filled(sent, "notes", 6).order([9, 7, 6, 8])
    verdict = copy.verdict()
    assert [(one.person_id, one.new) for one in verdict.changes] == [(OF_ROW[6], "Ring the GP first")]
    assert not verdict.refused


def test_no_two_rows_near_each_other_share_a_shade_and_none_can_be_told_apart_by_eye() -> None:
    from hiu.publish.workbook.proof import SHADES, shade

    found = [shade(turn) for turn in range(SHADES)]
    assert len(set(found)) == SHADES
    channels = [[int(one[at : at + 2], 16) for one in found] for at in (1, 3, 5)]
    assert all(max(channel) - min(channel) < 8 for channel in channels)
