"""An exchange between two areas, by the command and by files: what each learns when, and what every file holds."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cross_kit import AreaPeople
from cross_sites import NORTH, SOUTH, Two, ids, truth
from hostile_kit import Site, forbid

from hiu.govern import records
from hiu.model.govern import CROSSINGS, DISCLOSURES
from hiu.network.subjects import subjects
from pipelines.common.place import open_place
from pipelines.network import store
from pipelines.network.partners import seed_of


def test_counts_come_first_and_a_pair_is_shown_once_a_reviewer_of_each_site_released_it(
    counted: tuple[Two, str],
) -> None:
    two, session = counted
    for name in (NORTH, SOUTH):
        said = two.hiu(name, "--show", session, "--by", "Analyst")
        assert re.match(r"\d+ pairs found; released here: 0, there: not yet", said.out) and not ids(said.out)
    two.hiu(NORTH, "--release", session, "--reviewer", "Dr North")
    assert not ids(two.hiu(NORTH, "--show", session, "--by", "Analyst").out), "its own release shows a site nothing"
    two.hiu(SOUTH, "--take", two.written(NORTH, "release"), "--by", "Analyst")
    assert not ids(two.hiu(SOUTH, "--show", session, "--by", "Analyst").out), "nor does the other's alone"
    two.hiu(SOUTH, "--release", session, "--reviewer", "Dr South")
    two.hiu(NORTH, "--take", two.written(SOUTH, "release"), "--by", "Analyst")
    shown = [
        dict(line.split() for line in two.hiu(name, "--show", session, "--by", "Analyst").out.splitlines()[1:])
        for name in (NORTH, SOUTH)
    ]
    assert shown[0].keys() == shown[1].keys() and len(shown[0]) > 10
    same = [two.people[0].truth[shown[0][ref]] == two.people[1].truth[shown[1][ref]] for ref in shown[0]]
    assert sum(same) >= 0.9 * max(len(same), len(truth(two)))
    for site in (two.north, two.south):
        rows = records.read(site.place.records, DISCLOSURES)
        assert rows["person_id"].drop_nulls().len() == len(same), "each person's own file tells of it"
        assert site.looks()[-1]["what"] == "cross" and site.looks()[-1]["people"] == len(same)


def test_before_release_a_site_does_not_know_whose_the_pairs_of_the_first_stage_are(compared: tuple[Two, str]) -> None:
    """Not only the command: what the site keeps has no way from a pair to a person of its own."""
    two, session = compared
    for site in (two.north, two.south):
        kept = store.load(site.place, session).memory
        assert kept.decided and not kept.disclosed and not kept.met
        assert all(isinstance(place, int) for place in kept.decided.values()), "entries of the other site, in its order"


def secrets_of(area: AreaPeople) -> Iterator[str]:
    """Names, numbers, births and homes of an area's people, as they are and in other usual forms."""
    for row in subjects(area.people, area.descriptions).iter_rows(named=True):
        for name in (row["given"], row["family"]):
            if name and len(name) > 5:  # four letters stand in random bytes by chance
                yield from (name, name.lower(), name.title())
        if row["given"] and row["family"]:
            yield from (
                f"{row['given']} {row['family']}",
                f"{row['family']},{row['given']}",
                row["given"] + row["family"],
            )
        if row["dob"]:
            born: date = row["dob"]
            yield from (born.isoformat(), f"{born:%d/%m/%Y}", f"{born:%Y%m%d}", f"{born:%d%m%Y}")
        yield from (one for one in (row["nhs_number"], row["postcode"]) if one and len(one) > 6)


def hashed(text: str) -> Iterator[bytes]:
    """A text, and its plain hashes, as bytes, hexadecimal and base64."""
    yield text.encode()
    for kind in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(kind, text.encode()).digest()
        yield from (digest, digest.hex().encode(), digest.hex().upper().encode(), base64.b64encode(digest)[:20])


def found_in(blob: bytes, forms: Iterable[bytes]) -> list[bytes]:
    """Which of the forms (six bytes and more) stand in the bytes: those whose first six do are looked for whole."""
    bytes_at = np.frombuffer(blob, dtype=np.uint8).astype(np.uint64)
    starts = sum(bytes_at[at : len(bytes_at) - 5 + at] << np.uint64(8 * at) for at in range(6))
    by_start = {int.from_bytes(form[:6], "little"): form for form in forms}
    there = set(np.intersect1d(starts, np.array(list(by_start), dtype=np.uint64)).tolist())
    return [form for form in forms if int.from_bytes(form[:6], "little") in there and form in blob]


def test_no_byte_of_any_file_tells_a_name_a_number_a_birth_or_a_plain_hash_of_one(compared: tuple[Two, str]) -> None:
    """The files as they are carried, and what is in them for who has the keys, packed parts unpacked."""
    from hiu.network.envelope import open_sealed, public_key

    two, _ = compared
    seeds = {NORTH: seed_of(two.north.place), SOUTH: seed_of(two.south.place)}
    contents: list[bytes] = []
    for name, site in ((NORTH, two.north), (SOUTH, two.south)):
        reader = seeds[SOUTH if name == NORTH else NORTH]
        for path in sorted(store.folder(site.place).glob("out/*")):
            sealed = path.read_bytes()
            letter = open_sealed(sealed, path.name, seed=reader, public=public_key(seeds[name])).model_dump()
            packed = [
                part for value in letter.values() for part in (value.values() if isinstance(value, dict) else [value])
            ]
            plain = [base64.b64decode(part) for part in packed if isinstance(part, str) and len(part) > 400]
            contents += [sealed, repr(letter).encode(), *plain]
    assert len(contents) > 12
    values = {text for area in two.people for text in secrets_of(area)} | {
        one for area in two.people for one in area.truth
    }
    blob = b"\n".join(contents)
    forms = {form: text for text in values for form in hashed(text)}
    assert sorted({forms[form] for form in found_in(blob, forms)}) == []
    assert len(values) > 1000


def test_the_search_of_that_test_finds_what_is_planted(compared: tuple[Two, str]) -> None:
    area = compared[0].people[0]
    number = area.people["nhs_number"].drop_nulls()[0]
    planted = b"x" + base64.b64encode(hashlib.sha256(number.encode()).digest()) + b"x"
    assert found_in(planted + b"." * 9, list(hashed(number))) and number in set(secrets_of(area))


def test_whoever_objects_or_has_no_basis_is_in_no_exchange(known: Two, tmp_path: Path) -> None:
    two = known.copy(tmp_path)
    objector = two.people[0].people["person_id"][4]
    forbid(two.north.place, objector)
    two.hiu(NORTH, SOUTH, "--ask", "--by", "Analyst")
    kept = store.load(two.north.place, store.sessions(two.north.place)[0]).memory.people
    assert objector not in kept and len([one for one in kept if one]) > 100
    row = records.read(two.north.place.records, DISCLOSURES).row(0, named=True)
    assert (row["recipient"], row["withheld"]) == ("partner", 1) and row["people"] == len([one for one in kept if one])
    home = two.south.place.home
    text = (home / "site.toml").read_text(encoding="utf-8")
    (home / "site.toml").write_text(text[: text.index("[[basis]]")], encoding="utf-8")
    said = Site(open_place(home)).hiu("cross", "--take", two.written(NORTH, "ask"), "--by", "Analyst")
    assert said.code == 1 and "recipient 'partner'" in said.err


def test_who_objects_later_is_neither_released_nor_shown(counted: tuple[Two, str]) -> None:
    two, session = counted
    two.hiu(NORTH, "--release", session, "--reviewer", "Dr North")
    two.hiu(SOUTH, "--take", two.written(NORTH, "release"), "--by", "Analyst")
    shared = store.load(two.south.place, session).memory.disclosed
    ref, person = sorted(shared.items())[0]
    forbid(two.south.place, person)
    assert "1 pair not released" in two.hiu(SOUTH, "--release", session, "--reviewer", "Dr South").out
    two.hiu(NORTH, "--take", two.written(SOUTH, "release"), "--by", "Analyst")
    assert (
        ref not in two.hiu(NORTH, "--show", session, "--by", "Analyst").out
        and person not in two.hiu(SOUTH, "--show", session, "--by", "Analyst").out
    )


def test_an_erasure_ends_the_session_that_holds_the_person(counted: tuple[Two, str]) -> None:
    from pipelines.erase.files import others

    two, session = counted
    path = store.folder(two.north.place) / f"{session}.json"
    person = next(one for one in store.load(two.north.place, session).memory.people if one)
    assert path in others(two.north.place) and person.encode() in path.read_bytes()
    path.unlink()
    said = two.north.hiu("cross", "--show", session, "--by", "Analyst")
    assert said.code == 2 and "somebody in it was erased" in said.err
    assert "nothing is kept of it here" in two.hiu(NORTH).out


def test_a_withdrawn_agreement_leaves_the_other_site_out_and_lists_what_to_delete(counted: tuple[Two, str]) -> None:
    two, session = counted
    said = two.hiu(NORTH, SOUTH, "--withdraw", "--by", "Officer").out
    assert f"to delete at {SOUTH}: {session}" in said and "asked" in said
    assert store.sessions(two.north.place) == [] and not list(store.folder(two.north.place).glob(f"out/{session}*"))
    refused = two.north.hiu("cross", SOUTH, "--ask", "--by", "Analyst")
    assert refused.code == 1 and "was withdrawn on" in refused.err
    assert two.north.hiu("cross", "--show", session, "--by", "Analyst").code != 0
    listed = two.hiu(NORTH).out
    assert "no agreement in force" in listed and f"to delete at {SOUTH}: {session}" in listed
    there = two.hiu(SOUTH, "--take", two.written(NORTH, "withdrawal"), "--by", "Analyst").out
    assert f"Deleted here: {session}" in there and store.sessions(two.south.place) == []
    assert two.south.hiu("cross", NORTH, "--ask", "--by", "Analyst").code == 1
    stages = records.history(two.north.place.records, CROSSINGS)["stage"].to_list()
    assert stages[-2:] == ["withdrawn", "to_delete"]
    assert [one["stage"] for one in two.north.events("crossing")][-2:] == ["withdrawn", "to_delete"]


def test_an_agreement_that_has_ended_stops_every_step(counted: tuple[Two, str]) -> None:
    two, session = counted
    path = two.north.place.home / "site.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("end = 2099-12-31\nreference", "end = 2026-02-01\nreference")
    )
    ended = Site(open_place(two.north.place.home))
    for line in (
        (SOUTH, "--ask", "--by", "A"),
        ("--show", session, "--by", "Analyst"),
        ("--release", session, "--reviewer", "Dr A"),
    ):
        said = ended.hiu("cross", *line)
        assert said.code == 1 and "no agreement with 'South area' for support is in force" in said.err
    assert f"to delete here: {session}" in ended.hiu("cross").out


def test_no_step_is_open_to_a_site_of_real_people_before_somebody_accepted_the_risk(
    counted: tuple[Two, str], asked: Two
) -> None:
    two, session = counted
    path = two.south.place.home / "site.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false"), encoding="utf-8")
    real, entered = Site(open_place(two.south.place.home)), records.history(two.south.place.records, CROSSINGS).height
    steps = [asked.written(NORTH, "ask"), *(two.written(NORTH, step) for step in ("return", "result"))]
    lines = [(NORTH, "--ask", "--by", "A"), ("--release", session, "--reviewer", "Dr South")]
    for line in [*lines, *(("--take", step, "--by", "A") for step in steps)]:
        said = real.hiu("cross", *line)
        assert said.code == 1 and "nobody has accepted the risk of an exchange" in said.err and "network.md" in said.err
    assert records.history(two.south.place.records, CROSSINGS).height == entered
    two.hiu(NORTH, SOUTH, "--withdraw", "--by", "Officer")
    said = real.hiu("cross", "--take", two.written(NORTH, "withdrawal"), "--by", "A")
    assert said.code == 0 and f"Deleted here: {session}" in said.out, "an agreement can end at any time"


def with_real_people(two: Two, *more: str) -> Two:
    """The same sites, their people real, and lines more in the block of the agreement."""
    for site in (two.north, two.south):
        path = site.place.home / "site.toml"
        text = path.read_text(encoding="utf-8").replace("synthetic = true", "synthetic = false")
        head, block, rest = text.partition('[[agreements]]\nsource = "cross:')
        assert block
        path.write_text(head + block + rest.replace("\n", "\n" + "".join(f"{line}\n" for line in more), 1), "utf-8")
    return Two(Site(open_place(two.north.place.home)), Site(open_place(two.south.place.home)), two.people)


def test_sites_of_real_people_exchange_once_each_has_accepted_the_risk(known: Two, tmp_path: Path) -> None:
    two = with_real_people(known.copy(tmp_path), 'risk_accepted_by = "Dr Okafor, DPO"', "largest_list = 400")
    session = two.exchange()
    two.hiu(NORTH, "--release", session, "--reviewer", "Dr North")
    two.hiu(SOUTH, "--take", two.written(NORTH, "release"), "--by", "Analyst")
    two.hiu(SOUTH, "--release", session, "--reviewer", "Dr South")
    assert ids(two.hiu(SOUTH, "--show", session, "--by", "Analyst").out)


@pytest.mark.parametrize(
    "more", [('risk_accepted_by = "..."', "largest_list = 400"), ('risk_accepted_by = "Dr Okafor"',)]
)
def test_a_risk_is_accepted_by_somebody_and_for_a_length(known: Two, tmp_path: Path, more: tuple[str, ...]) -> None:
    two = with_real_people(known.copy(tmp_path), *more)
    said = two.north.hiu("cross", SOUTH, "--ask", "--by", "Analyst")
    assert said.code == 1 and "nobody has accepted the risk" in said.err and not store.sessions(two.north.place)


@pytest.mark.parametrize(("reader", "writer", "upto"), [(SOUTH, NORTH, "ask"), (NORTH, SOUTH, "answer")])
def test_a_list_longer_than_was_agreed_is_not_answered(
    known: Two, tmp_path: Path, reader: str, writer: str, upto: str
) -> None:
    two = known.copy(tmp_path)
    two.hiu(NORTH, SOUTH, "--ask", "--by", "Analyst")
    if upto == "answer":
        two.hiu(SOUTH, "--take", two.written(NORTH, "ask"), "--by", "Analyst")
    real = with_real_people(two, 'risk_accepted_by = "Dr Okafor, DPO"', "largest_list = 100")
    said = (real.south if reader == SOUTH else real.north).hiu(
        "cross", "--take", two.written(writer, upto), "--by", "Analyst"
    )
    assert said.code == 4 and "expected at most 100 (largest_list" in said.err
    written = [one.name for one in store.folder(real.north.place).glob("out/*")]
    assert not [name for name in written if "return" in name]


def test_a_second_exchange_soon_after_is_refused(counted: tuple[Two, str]) -> None:
    two, _ = counted
    said = two.north.hiu("cross", SOUTH, "--ask", "--by", "Analyst")
    assert said.code == 1 and "the next may begin 20 days after it" in said.err


def test_a_file_is_taken_in_once_and_in_its_order(counted: tuple[Two, str]) -> None:
    two, _ = counted
    for name, writer, step in ((SOUTH, NORTH, "return"), (NORTH, SOUTH, "answer"), (NORTH, SOUTH, "encodings")):
        said = (two.south if name == SOUTH else two.north).hiu(
            "cross", "--take", two.written(writer, step), "--by", "A"
        )
        assert said.code == 4 and "it was taken in before" in said.err
    said = two.south.hiu("cross", "--take", two.written(NORTH, "ask"), "--by", "A")
    assert said.code == 4 and "an exchange begins once" in said.err


DAMAGED = {
    "another version": (lambda c: c.replace(b'"version":"', b'"version":"9.', 1), "Both sites need the same version"),
    "another form": (lambda c: c.replace(b'"format":1', b'"format":2', 1), "Both sites need the same version"),
    "another step": (lambda c: c.replace(b'"step":"ask"', b'"step":"result"', 1), "was changed on the way"),
    "another site": (lambda c: c.replace(b'"to":"South area"', b'"to":"West area"', 1), "was written for another site"),
    "an unknown sender": (
        lambda c: c.replace(b'"from":"North area"', b'"from":"North aria"', 1),
        "no site 'North aria'",
    ),
    "a byte changed": (lambda c: c[:-40] + bytes([c[-40] ^ 1]) + c[-39:], "was changed on the way"),
    "cut short": (lambda c: c[: len(c) // 2], "was changed on the way"),
    "nothing": (lambda _: b"", "not a file of an exchange"),
    "a pickle": (lambda _: b"\x80\x04\x95\x10\x00", "not a file of an exchange"),
    "no end of line": (lambda c: c[:10] + b"{" * 5000, "can't be read"),
    "a list": (lambda c: b"hiu-cross\n[1]\n" + c, "can't be read"),
    "nested": (lambda c: b"hiu-cross\n" + b"[" * 1900 + b"\n" + c, "can't be read"),
    "only a header": (lambda c: c[: c.index(b"\n", 10) + 1], "was changed on the way"),
}


@pytest.mark.parametrize("kind", sorted(DAMAGED))
def test_a_hostile_file_is_refused_in_words_and_changes_nothing(kind: str, asked: Two, tmp_path: Path) -> None:
    damage, words = DAMAGED[kind]
    path = tmp_path / "received.hiucross"
    path.write_bytes(damage(asked.written(NORTH, "ask").read_bytes()))
    before = records.history(asked.south.place.records, CROSSINGS).height
    said = asked.south.hiu("cross", "--take", path, "--by", "Analyst")
    assert said.code in (2, 4) and words in said.err and "fault in hiu" not in said.err
    assert store.sessions(asked.south.place) == []
    assert records.history(asked.south.place.records, CROSSINGS).height == before


def test_a_file_that_is_too_large_is_not_read(asked: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hiu.network import envelope

    monkeypatch.setattr(envelope, "MOST_BYTES", 1000)
    said = asked.south.hiu("cross", "--take", asked.written(NORTH, "ask"), "--by", "Analyst")
    assert said.code == 4 and "larger than 1,000 bytes" in said.err


def test_a_card_is_kept_only_with_the_fingerprint_that_was_read_out(known: Two, tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    known.hiu(NORTH, "--card", card)
    said = known.south.hiu("cross", "--trust", card, "--fingerprint", "0000 1111", "--by", "Officer")
    assert said.code == 2 and "Telephone that site" in said.err
    read_out = known.hiu(NORTH, "--card", card).out.split("telephone: ")[1].strip()
    about = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps(about | {"site": "Another area"}), encoding="utf-8")
    said = known.south.hiu("cross", "--trust", card, "--fingerprint", read_out, "--by", "Officer")
    assert said.code == 2 and "Telephone that site" in said.err, "the name was changed on the way"
    card.write_text('{"hiu": "site", "site": "x", "key": "zz"}', encoding="utf-8")
    assert known.south.hiu("cross", "--trust", card, "--fingerprint", "0", "--by", "Officer").code == 4


def test_the_register_names_nobody_and_the_files_are_the_owner_s_alone(compared: tuple[Two, str]) -> None:
    two, session = compared
    text = (two.north.place.records / "crossings.jsonl").read_text(encoding="utf-8")
    assert not ids(text) and session in text
    for path in store.folder(two.north.place).rglob("*.*"):
        assert path.stat().st_mode & 0o077 == 0, path
    rows = pl.read_ndjson(two.north.place.records / "crossings.jsonl")
    assert rows.filter(pl.col("stage") == "compared")["pairs"][0] > 10
