"""Contacts that a number alone describes: the numbers of the register join them, or it is said that they do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from traps.draftkit import Stranger, drafted
from traps.intake_traps import Trap, spring
from traps.test_trap_numbers_of_people import FIRST, LAST

MONTH, LIST = "2026-03/visits.csv", "2026-03/clients.csv"
WHO = range(1200, 1240)


def files(listed: str, sent: str, people: range = WHO) -> dict[str, str]:
    """Forty clients, and a visit of each of `people`, with their numbers in two forms."""
    clients = (f"{listed.format(n)},{LAST[n % 16]},{FIRST[n % 20]},01/02/19{n - 1160:02d}\n" for n in WHO)
    visits = (f"V{n},{sent.format(n)},{1 + n % 28:02d}/03/2026\n" for n in people)
    return {
        LIST: f"Client Ref,Surname,Forename,DOB\n{''.join(clients)}",
        MONTH: f"Visit ID,Client Ref,Visit Date\n{''.join(visits)}",
    }


def trap(files: dict[str, str], folder: Path, says: str, **put: str) -> Trap:
    """The two files as drafted, in one numbering; `put` are lines under the number of a source."""
    texts = drafted(Stranger(files=files, sources={"clients": LIST, "visits": MONTH}), folder / "drafts")
    texts = {name: re.sub(r'scheme = "\w+"', 'scheme = "clients"', text) for name, text in texts.items()}
    for name, line in put.items():
        texts[name] = texts[name].replace('scheme = "clients"', f'scheme = "clients"\n{line}')
    agreed = "\n".join(
        f'[[agreements]]\nsource = "{name}"\nstart = 2020-01-01\nend = 2099-12-31\nreference = "i"\nsigned_by = "I"'
        for name in texts
    )
    rows = {name: (text.count("\n") - 1, 0) for name, text in files.items()}
    silent = ("1213", "joins those it gives") if says else ("are among",)
    return Trap(files=files, sources=texts, settings=agreed, exit=3 if says else 0, rows=rows,
                says=(says,) if says else (), silent=silent)  # fmt: skip


UNLIKE = {
    ("000{}", "{}"): ("0009999", "9999", {"clients": "^0+"}),
    ("{}", "000{}"): ("9999", "0009999", {"visits": "^0+"}),
    ("00{}", "0{}"): ("009999", "09999", {"clients": "^0+", "visits": "^0+"}),
    ("DAS{}", "{}"): ("AAA9999", "9999", {"clients": "^DAS"}),
    ("P-{}", "D/{}"): ("A9999", "A9999", {"clients": "^P", "visits": "^D"}),
    ("P00{}", "P{}"): ("A009999", "A9999", {"clients": "^P0*", "visits": "^P"}),
}


@pytest.mark.parametrize(("listed", "sent"), UNLIKE)
def test_numbers_that_differ_in_writing_alone_are_told_with_the_line_to_write(
    listed: str, sent: str, tmp_path: Path
) -> None:
    theirs, mine, drops = UNLIKE[listed, sent]
    both = files(listed, sent)
    form = theirs.replace("9999", "9900"), mine.replace("9999", "9900")
    lines = " and ".join(
        f"drop = '{drops[name]}' under [fields.person_id] in sources/{name}.toml"
        for name in ("visits", "clients")
        if name in drops
    )
    says = (
        "0 of 40 numbers of the scheme \"clients\" are among the 40 of 'clients', which gives the names. 'clients' "
        f"writes {form[0]} where this file writes {form[1]} (9 is a figure, A a letter). If they are the same people, "
        f"write {lines}"
    )
    spring(trap(both, tmp_path / "told", says), tmp_path / "told")
    put = {name: f"drop = '{drop}'" for name, drop in drops.items()}
    spring(trap(both, tmp_path / "written", "", **put), tmp_path / "written")


@pytest.mark.parametrize(("listed", "sent"), [("P-{}", "P{}"), ("p/{}", "P-{}"), ("{}.0", "{}"), ("{}", "{}")])
def test_punctuation_between_letters_and_figures_is_no_difference(listed: str, sent: str, tmp_path: Path) -> None:
    spring(trap(files(listed, sent), tmp_path, ""), tmp_path)


def test_numbers_of_other_people_are_told(tmp_path: Path) -> None:
    says = "so that nobody is joined. Ask whether both number the same people; if not, write another scheme under"
    spring(trap(files("{}", "77{}", range(5200, 5240)), tmp_path, says), tmp_path)
