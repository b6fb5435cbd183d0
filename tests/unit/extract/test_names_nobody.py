"""Names that look like words and must stay people's, and cells that name nobody whom the row is about: tables."""

import pytest

from hiu.extract.values.people.names import read_name, read_parts
from hiu.extract.values.people.sent import name_alone, unwrapped
from hiu.extract.values.people.several import two_people

PEOPLE = """
NULL, Jennifer|TEST, Adrian|VOID, Karl|MALE, Peter|BABY, Ian|UNKNOWN-SMITH, Jane|NG, Wai Ling|O, Jin|AU, Kai|AN, Binh
MANN, Thomas|KING, Ann|GUARD, Emma|SECURITY, Paul|NONE, Harry|NO, Kim|NOT, Maria|LO, Mei|LI, Na|NA, Min-jun
HO, Chi Minh|SUSPECT, Alan|CALLER, Jean|WARD, Ellen|NURSE, Eve|DOCTOR, Amir|CONSTABLE, John|SARGENT, Amy|MAJOR, John
PRINCE, Harry|PATIENT, Tom|POLICE, Karen|HOPE, Unity|DOE, Samantha|CROSS, Joy|CHILD, Lee|BOYS, Neil|LADY, Ruth
GENT, Marc|DEAD, Ivor|DUTY, Claire|SHIFT, Dan|MANAGER, Ravi|CLEANER, Sue|SHEIKH, Noor|AL-UNKNOWN, Sami|Adnan Abu Bakr
ABDUL RAHMAN, Umar|SINGH, Gurpreet|KAUR, Simran|DA SILVA, João|Nowak Łukasz|YILMAZ, Çağla|O'DEA, Nóirín
MAC GIOLLA, Ruairí|ADEYEMI, Oluwaseun|NWOSU, Blessing|OTHER, Anne|DI MARIA, Angelo|DE SOUSA, Inês|Di Smith|SMITH, Di
Dr Amit Patel|SMITH, Dr John|Patience Gift|Precious Baby|Blessing Test|Sunday Monday|Friday Okafor|Christian Guard
Mary King|John Constable|Rose Nurse|Thi No Nguyen|IN, Sokha|OR, Dara|ON, Sam|AT, Ben|OF, Lin|SAY, Sothy|TOO, Ben
BISHOP, Jo|PORTER, Cole|WARDEN, Al|JUSTICE, Victoria|COURT, Hazel|BANK, Tessa|CHURCH, Charlotte|HOMELESS, Ray
MISSING, Ann|ALARM, Tony|CALLS, Eve|ERROR, Ian|DUMMY, Marc|VIOLENT, Jean|DRUNK, Peter|LAST, James|NAMES, Dan
OFFICER, Jane|MADAM, Ali|Mary Test|Asha Ward|THE, Minh|TRAN, The Anh|LE, Thi Nhu|DO, Huong|HE, Wei|SHE, Wei|IT, Ben
SON, To Van|WOOD, P P|PP Wood|CARE, Ann|NAN, Chaw|TEAM, Ola|HIM, Chan
"""
NOBODY = """
N/A - communal area|n/k (see log)|Communal kitchen|N/A: garden|STAFF ROOM
OBO Mary Jones|on behalf of mother|John's mother|SMITH, John's mother|wife of|wife of John Smith|Smith's son|PC Plum
PC 123|Sgt Smith|Insp Morse|DS Jones|DC Jones|Dr Patel|Dr|Mr|Sgt|Mr and Mrs|Nurse Jones|Staff Nurse Jones|CPN Hall
Paramedic Dave|PCSO Brown|Detective Jones|Constable Smith|None|NONE, NONE|NULL NULL|NULL, NULL|Null|NA|n/k|U/K|no name
No Name Given|name unknown|No ID|Not Asked|Unable to obtain|unwilling|Did not say|would not say|No Patient Found
TEST, TEST|Mickey Mouse|A Person|Person B|Ms Y|Unknown Male|UNKNOWN MALE 1|white female 30s|DUTY, Manager|Security
Security Guard|Reception|Anonymous caller|B/O Jones|MALE, Unknown|FEMALE, FEMALE|tbc tbc|T.B.C.|XXXX XXXX|ZZZ
silent call|as above|ditto|Tesco Express|Samaritans|Mental Health Team|Crisis Team|his mother|Next door
next door neighbour|Two males|2 x males|Several people|Deceased|deceased male|redacted|REMOVED|anonymised
Pseudonymised|Flat 3|Room 12|BED 4|SMITHS SHOP|The Smith Family|Smith family|asdf|witheld|Solicitor for Tom Reed
07700900123|9990000018|01/02/1980
"""
BESIDE = {
    "JOHN SMITH DOB 01/02/1980": ("a date",),
    "SMITH, John 1 Feb 1980": ("a date",),
    "SMITH, John b.1980": ("a date",),
    "SMITH, John 07700 900 123": ("a telephone number",),
    "SMITH, John tel: +44 7700 900123": ("a telephone number",),
    "John SMITH NHS 999 000 0018": ("an NHS number",),
    "SMITH, John 9990000018": ("an NHS number",),
    "SMITH, John (DOB 01/02/80, tel 01234 567890)": ("a date", "a telephone number"),
    "SMITH, John BS1 4ND": ("a postcode",),
    "SMITH, John j.smith@example.org": ("an e-mail address",),
    "SMITH, John aged 45": ("an age",),
    "SMITH, John ref 445566": ("a number",),
}
WRAPPED = {
    "SMITH^JOHN": ("JOHN", "SMITH"),
    "SMITH^JOHN^PAUL^JR^MR": ("JOHN", "SMITH"),
    "SMITH^JOHN^^MR": ("JOHN", "SMITH"),
    "DE&SOUSA^INES": ("INES", "DE SOUSA"),
    "SMITH%2C%20John": ("JOHN", "SMITH"),
    "John%20Smith": ("JOHN", "SMITH"),
    "O&#39;Neil, Sean": ("SEAN", "ONEIL"),
    "ZoÃ« Smith": ("ZOE", "SMITH"),
    "ZoÃƒÂ« Smith": ("ZOE", "SMITH"),
}


def _cells(table: str) -> list[str]:
    return [cell for line in table.strip().splitlines() for cell in line.split("|")]


@pytest.mark.parametrize("cell", _cells(PEOPLE))
def test_a_person_whose_name_is_a_word_stays_a_person(cell: str) -> None:
    name = read_name(cell)
    assert not two_people(cell)
    assert not name.unknown
    assert name.given
    assert name.family


@pytest.mark.parametrize("cell", _cells(NOBODY))
def test_a_cell_that_names_nobody_gives_no_name(cell: str) -> None:
    name = read_name(cell)
    assert (name.unknown, name.given, name.family, name.aliases) == (True, None, None, None)


@pytest.mark.parametrize("cell", BESIDE)
def test_numbers_beside_a_name_are_no_part_of_it(cell: str) -> None:
    name = read_name(cell)
    assert (name.given, name.middle, name.family, name.aliases, name.flags) == ("JOHN", None, "SMITH", None, None)
    assert name_alone(cell)[1] == BESIDE[cell]


@pytest.mark.parametrize("cell", WRAPPED)
def test_what_a_system_puts_round_a_name_is_taken_off(cell: str) -> None:
    name = read_name(cell)
    assert (name.given, name.family) == WRAPPED[cell]


def test_parts_in_cells_of_their_own() -> None:
    assert read_parts("Harry", "NONE").family == "NONE"
    assert read_parts("NULL", "SMITH")[1:4] == (None, None, "SMITH")
    assert read_parts("Jennifer", "NULL").family == "NULL"
    assert read_parts("Dr", "Patel").unknown
    assert read_parts("PC", "Plum").unknown
    assert read_parts("John", "SMITH 01/02/1980").family == "SMITH"


def test_hl7_repetitions_are_other_names() -> None:
    assert unwrapped("SMITH^JOHN~JONES^JOHN") == "SMITH, JOHN AKA JONES, JOHN"
    assert read_name("SMITH^JOHN~JONES^JOHN").aliases == "JOHN JONES"


@pytest.mark.parametrize(
    "cell",
    ["SMITH, John OBO JONES, Mary", "Ann Lee on behalf of Tom Lee", "Romeo and Juliet", "Smith John, Jones Mary",
     "John Smith, Mary Jones", "Tom Reed c/o Mary Reed"],
)  # fmt: skip
def test_two_people_in_one_cell(cell: str) -> None:
    assert two_people(cell)


@pytest.mark.parametrize("cell", ["Smith - do not visit, John", "SMITH, John - VIOLENT", "SMITH, DO NOT USE, John"])
def test_a_remark_inside_a_name_is_a_flag(cell: str) -> None:
    name = read_name(cell)
    assert (name.given, name.middle, name.family) == ("JOHN", None, "SMITH")
    assert name.flags in ("DO NOT VISIT", "VIOLENT", "DO NOT USE")
