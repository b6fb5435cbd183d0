"""Names: what people type into one cell or several, and what is made of it."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiu.extract.values.address import read_address
from hiu.extract.values.people.given import given_names
from hiu.extract.values.people.names import Name, read_name, read_parts
from hiu.extract.values.plain import plain_homes, plain_names
from hiu.extract.values.text import fold, repaired


def shape(name: Name) -> tuple[str | None, str | None, str | None, str | None]:
    return name.given, name.middle, name.family, name.aliases


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("NOWAK, Piotr", ("PIOTR", None, "NOWAK", None)),
        ("CHARLTON,James Dennis", ("JAMES", "DENNIS", "CHARLTON", None)),
        ("Paul TAYLOR", ("PAUL", None, "TAYLOR", None)),
        ("FRASER Rebecca", ("REBECCA", None, "FRASER", None)),
        ("Blessing Jama", ("BLESSING", None, "JAMA", None)),
        ("MR CRISTIAN, Wojcik", ("WOJCIK", None, "CRISTIAN", None)),
        ("Dr. Anne-Marie O'Neill", ("ANNE", "MARIE", "ONEILL", None)),
        ("O NEILL, Siobhán", ("SIOBHAN", None, "ONEILL", None)),
        ("O’NEILL, Siobhán", ("SIOBHAN", None, "ONEILL", None)),
        ("DAVIS-BINMEAD, C.", ("C", None, "DAVIS BINMEAD", None)),
        ("SMITH JNR, John", ("JOHN", None, "SMITH", None)),
        ("OLIVEIRA M", ("M", None, "OLIVEIRA", None)),
        ("N KNIGHT", ("N", None, "KNIGHT", None)),
        ("CROSSBURY", (None, None, "CROSSBURY", None)),
        ("ADEBAYO,, Chukwuemeka", ("CHUKWUEMEKA", None, "ADEBAYO", None)),
        ("BATSSTONE, Charlo tte", ("CHARLOTTE", None, "BATSSTONE", None)),
        ("NOWA K, Piotr", ("PIOTR", None, "NOWAK", None)),
        ("BR0WN, David", ("DAVID", None, "BROWN", None)),
        ("ŁUKASZEWSKA, Małgorzata", ("MALGORZATA", None, "LUKASZEWSKA", None)),
        ("DAY, Connor AKA CON", ("CONNOR", None, "DAY", "CON DAY")),
        ("SZYMANSKA, Kate AKA ATHERACRE, Kathy", ("KATE", None, "SZYMANSKA", "KATHY ATHERACRE")),
        ("FERREIRA AKA LUÍS", (None, None, "FERREIRA", "LUIS FERREIRA")),
        ("DAY, Connor (known as Con; Conny)", ("CONNOR", None, "DAY", "CONNY DAY|CON DAY")),
        ("PERKINS, Olivia (nee WILSON)", ("OLIVIA", None, "PERKINS", "OLIVIA WILSON")),
        ("Skye ALDCOTE (nee ALDCOTE)", ("SKYE", None, "ALDCOTE", None)),
        ("SMITH, Kevin (KEV)", ("KEVIN", None, "SMITH", "KEV SMITH")),
        ("SMITH, Kevin (deceased)", ("KEVIN", None, "SMITH", None)),
        ("SMITH, UNKNOWN", (None, None, "SMITH", None)),
        ("SMITH, NFN", (None, None, "SMITH", None)),
        ("NEE, John", ("JOHN", None, "NEE", None)),
        ("Maria da SILVA", ("MARIA", "DA", "SILVA", None)),
    ],
)
def test_a_name_in_one_cell(sent: str, expected: tuple[str | None, ...]) -> None:
    given_name, middle, family, aliases = shape(read_name(sent))
    want = expected[:3]
    assert (given_name, middle, family) == want
    assert set((aliases or "").split("|")) == set((expected[3] or "").split("|"))


@pytest.mark.parametrize(
    "sent",
    [
        "UNKNOWN MALE",
        "UNKNOWN FEMALE",
        "UNK",
        "UNK MALE",
        "Unknown Unknown",
        "NFN",
        "NOT KNOWN",
        "NOT GIVEN",
        "PASSER BY",
        "A N OTHER",
        "PT REFUSED",
        "BABY OF SMITH",
        "TEST PATIENT",
        "ZZTEST",
        "NK",
        "UNKNOWN, MALE",
        "XX",
        "Member of Public",
        "Baby Boy",
        "REFUSED",
        "???",
    ],
)
def test_words_that_name_nobody(sent: str) -> None:
    name = read_name(sent)
    assert name.unknown and name.given is None and name.family is None


@pytest.mark.parametrize(
    "sent", ["CHILD, John", "GIVEN, Sarah", "MANN, Peter", "NOKES, Ann", "TESTER, Bob", "Null, Jo", "MALE, Tom"]
)
def test_surnames_that_look_like_such_words_are_names(sent: str) -> None:
    assert not read_name(sent).unknown and read_name(sent).family


def test_a_source_can_add_its_own_words() -> None:
    forms = [re.compile("nominal \\d+", re.IGNORECASE)]
    assert read_name("Nominal 4", "auto", forms).unknown
    assert not read_name("Nominal 4").unknown


def test_names_in_their_own_cells() -> None:
    assert read_parts("Con", "DAY") == Name("Con Day", "CON", None, "DAY", None, False)
    assert read_parts("UNKNOWN", "SMITH").given is None
    assert read_parts("Unknown", "Male").unknown
    assert read_parts(None, None) == Name()
    assert read_parts("Tia", "AylhurstAlford").family == "AYLHURST ALFORD"
    assert read_parts("Sean", "MacDonald").family == "MACDONALD"
    assert read_parts("Ann", "Lee", "Annie Leigh; Nan").aliases == "ANNIE LEIGH|NAN LEE"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("NOWAK, PIOTR", "Piotr Nowak"),
        ("O'NEILL, SIOBHÁN", "Siobhán O'Neill"),
        ("MCDONALD-SMYTHE, jo", "Jo McDonald-Smythe"),
        ("MacLeod, Sean", "Sean MacLeod"),
    ],
)
def test_names_are_shown_as_people_write_them(sent: str, shown: str) -> None:
    assert read_name(sent).text == shown


def test_letters_decoded_wrongly_are_put_right_only_when_they_decode_cleanly() -> None:
    assert repaired("WoÅºniak") == "Woźniak"
    assert repaired("ZieliÅ\x84ski") == "Zieliński"
    assert repaired("SiobhÃ¡n") == "Siobhán"
    assert repaired("Ånstrøm Âge") == "Ånstrøm Âge"
    assert fold("Brzęczyszczykiewicz-Łoś") == "BRZECZYSZCZYKIEWICZ LOS"


@pytest.mark.parametrize(
    "remark",
    """X, wife deceased|X - husband deceased|X - partner dec'd 2024|X / mother deceased|X re deceased father|X RIP wife
X *son deceased*|X ex-husband dec'd|X [DECEASED - WRONG PT]|X (deceased - entered in error)|X NOT DECEASED|X RIP Nan
X (Deceased partner: Tom)|X #father deceased#|X - bereaved, mum RIP|DECEASED HUSBAND - X|X (deceased's son)|X ; RIP Nan
X (deceased: wife)|X {deceased spouse}|X (marked deceased on PDS in error)|X (Deceased?)|X (?RIP)|X (NOT RIP)
X - father deceased|X - deceased dad|X deceased?|X ? deceased|X wife died|X, mum passed away 2025|X - RIP wife Jane
X, husband Tom deceased|X is not dead|X - widow of deceased|X mother-in-law deceased|X ??RIP|X never deceased
X marked deceased in error|X, wife Jane RIP|X thought deceased""".replace("\n", "|").split("|"),
)
def test_a_death_beside_a_name_is_the_persons_own_only_if_the_remark_says_nothing_else(remark: str) -> None:
    for sent in ("Hannah Okafor", "OKAFOR, Hannah"):
        name = read_name(remark.replace("X", sent))
        assert (name.given, name.middle, name.family, name.unknown) == ("HANNAH", None, "OKAFOR", False)
        assert name.flags and "DECEASED" not in name.flags.split("|")


@pytest.mark.parametrize(
    "remark",
    """X (Deceased)|X - Dec'd|X RIP|X R.I.P.|X deceased|DECEASED - X|X [Dec'd 03/26]|X now deceased|X *RIP*|X, deceased
X died 2024|X passed away|X has died|X sadly deceased|X / deceased""".replace("\n", "|").split("|"),
)
def test_a_death_of_the_person_is_flagged_however_it_is_written(remark: str) -> None:
    for sent in ("Hannah Okafor", "OKAFOR, Hannah"):
        name = read_name(remark.replace("X", sent))
        assert (name.given, name.middle, name.family, name.flags) == ("HANNAH", None, "OKAFOR", "DECEASED")


@pytest.mark.parametrize("sent", ["SMITH, Nan deceased", "Heung Son deceased", "CHILD, Ann RIP", "Rosa Child RIP"])
def test_a_name_that_is_a_word_for_kin_too_stays_a_name_beside_a_death(sent: str) -> None:
    name = read_name(sent)
    assert (name.flags, len(f"{name.given} {name.family}".split()), "None" in str(name[1:4:2])) == (
        "DECEASED",
        2,
        False,
    )


@pytest.mark.parametrize(
    ("label", "flag"),
    [("Tenant: ", "TENANT:"), ("Est of ", "EST OF"), ("Estate of ", "ESTATE OF"), ("Exors of ", "EXORS OF"),
     ("Ref: ", "REF:"), ("Cllr ", None)],
)  # fmt: skip
def test_a_label_or_title_before_a_name_is_no_part_of_it(label: str, flag: str | None) -> None:
    name = read_name(f"{label}Hannah Okafor")
    assert (name.given, name.middle, name.family, name.flags) == ("HANNAH", None, "OKAFOR", flag)


words = st.sampled_from(
    ["NOWAK", "Nowak", "O'NEILL", "Piotr", "J", "MCDONALD", "MacLeod", "UNKNOWN", "Baby", "AKA", "Łuk", "MR"]
)


@given(st.lists(words, min_size=1, max_size=3), st.lists(words, max_size=3))
def test_the_quick_reading_of_plain_names_is_the_full_one(family: list[str], given_words: list[str]) -> None:
    sent = f"{' '.join(family)}, {' '.join(given_words)}"
    quick = plain_names(pl.DataFrame({"sent_name": [sent]}, schema={"sent_name": pl.String})).row(0, named=True)
    full = read_name(sent)
    if quick.pop("plain"):
        assert quick == {"text": full.text, "given": full.given, "middle": full.middle, "family": full.family}
        assert not full.unknown and full.aliases is None


@given(words, words)
def test_the_quick_reading_of_plain_cells_is_the_full_one(given_word: str, family: str) -> None:
    known = pl.DataFrame({"sent_given": [given_word], "sent_family": [family]})
    quick = plain_names(known).row(0, named=True)
    full = read_parts(given_word, family)
    if quick.pop("plain"):
        assert quick == {"text": full.text, "given": full.given, "middle": full.middle, "family": full.family}


@pytest.mark.parametrize(
    ("sent", "house", "street"),
    [
        ("Flat 19, 14 Quantock Walk", "14 FLAT 19", "QUANTOCK WALK"),
        ("FLAT 19 14 QUANTOCK WALK", "14 FLAT 19", "QUANTOCK WALK"),
        ("14A High St, Bristol, BS1 4ND", "14A", "HIGH STREET"),
        ("12 St James Rd", "12", "ST JAMES ROAD"),
        ("Jamaica Street Hostel, 1 Kings Street", "1", "KINGS STREET"),
        ("Rose Cottage, Mill Lane", "ROSE COTTAGE", "MILL LANE"),
        ("High Street", None, "HIGH STREET"),
        ("12, Chapel Lane", "12", "CHAPEL LANE"),
        ("NFA - Bristol city centre", None, None),
        ("No fixed abode", None, None),
    ],
)
def test_addresses(sent: str, house: str | None, street: str | None) -> None:
    assert read_address(sent) == (house, street)


@given(st.from_regex(r"\A(Flat [0-9]{1,2}, )?[0-9]{1,2} (Unknown|Elm|ST|NFA|Oak)( (Road|RD|Hill|Refused))?\Z"))
def test_the_quick_reading_of_plain_addresses_is_the_full_one(sent: str) -> None:
    quick = plain_homes(pl.Series([sent])).row(0, named=True)
    if quick["plain"]:
        assert (quick["house"], quick["street"]) == read_address(sent)


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 5])
def test_no_listed_given_name_with_a_surname_that_describes_is_lost(every: int) -> None:
    surnames = [
        "BLACK",
        "WHITE",
        "BROWN",
        "YOUNG",
        "MALE",
        "DAY",
        "HOPE",
        "GRANT",
        "WARD",
        "CALL",
        "MAN",
        "CHILD",
        "TEST",
        "BABY",
        "SECURITY",
        "PORTER",
        "COOK",
    ]
    lost = [
        (given, family)
        for given in sorted(given_names())[::every]
        for family in surnames
        if read_name(f"{family}, {given}").unknown
    ]
    assert lost == []
