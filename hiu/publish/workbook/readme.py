"""The workbook's first sheet: how to use it, in a page."""

from typing import Any

from hiu.model.meeting import NEEDED_TO_START, STARTING
from hiu.publish.meeting import CHECK, RANKED
from hiu.publish.stamp import MARKING, Stamp
from hiu.publish.words.text import listed
from hiu.publish.workbook.sheets import Styles, tall


def read_me(sheet: Any, styles: Styles, stamp: Stamp) -> None:
    """How to use the workbook, in a page."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    sheet.write_string(0, 0, "Risk and demand workbook", styles["title"])
    sheet.write_string(1, 0, MARKING, styles["marking"])
    for row, (label, text) in enumerate(_readings(stamp), 3):
        sheet.write_string(row, 0, label, styles["label"])
        sheet.write_string(row, 1, text, styles["plain"])
        sheet.set_row(row, tall(text, 110) + 3)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _readings(stamp: Stamp) -> list[tuple[str, str]]:
    needed = listed(
        f"{name.replace('permission', 'lead clinician permission')} {word}" for name, word in NEEDED_TO_START.items()
    )
    return [
        (
            "What this is",
            "The month's list of people to offer support to, with room for what the meeting decides. It "
            "is the only place from which decisions are taken in.",
        ),
        ("Site and month", f"{stamp.site}, {stamp.month.title}. Data to {stamp.data_text}. Built {stamp.built_text}."),
        (
            "Pack, run, settings",
            f"Pack {stamp.pack_id}; run {stamp.run_id}; definitions and settings "
            f"{stamp.settings_version}; audit head {stamp.audit_head[:16] or 'none'}.",
        ),
        (
            "Who is in it",
            "People being supported, and the first candidates of each list; nobody else. Under-18s are "
            "listed apart, with ranks of their own. Members of the group only: do not pass it on.",
        ),
        (
            f"Fill in ({RANKED})",
            "Blue cells only: likelihood and impact (1 to 5; the clinical ones by a clinician, the "
            "public safety ones by police, never averaged), permission, consent, capacity, "
            "decision, owner, next review, notes. Sort and filter as you like.",
        ),
        (
            "Leave alone",
            f"White cells and the last column ('{CHECK}'). A row whose white cells were changed, or which "
            "was mixed with another, is not taken in; you are told which cell.",
        ),
        (
            "Gates filled in",
            "Permission, consent and capacity: of people being supported what the team's list holds; "
            "of candidates only what meetings recorded, as in the pack (G18, G57).",
        ),
        (
            STARTING,
            f"Taken in only with {needed} on the same row or, where its cell is empty, in the team's list "
            "(G20-22). A named person decides; the list only supports it.",
        ),
        (
            "Not wanting support",
            "Needs no reason and changes no figure: rank, risk and chart stay as they are, and the "
            "person may come back at any time (G22, G28).",
        ),
        (
            "Actions",
            "One action a row: choose the person, say what, who, and by when. Set Done to yes when it is. Open "
            "actions come back in next month's workbook.",
        ),
        (
            "Person",
            "Choose a person at the top: the chart and the table follow. 'not supplied' is a month an agency "
            "did not send: it is not zero. s136 detentions and MHA assessments stand above the bars.",
        ),
        (
            "Two people filling in",
            "Both send their copies back; they are merged cell by cell. Where both changed one "
            "cell, the first taken in stands and you are told.",
        ),
        ("Send it back", "As .xlsx. 'hiu import-workbook FILE --dry-run' says what would be taken in, cell by cell."),
        (
            "Grades",
            "Likelihood x impact: to 4 Low, 5 to 12 Medium, from 15 High. Worked out here and again on import. "
            "They feed next month's rank.",
        ),
    ]
