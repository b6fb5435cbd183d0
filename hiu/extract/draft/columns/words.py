"""Headers as words: what they are about, and how near two of them are."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz

from hiu.extract.files.header import squash
from hiu.extract.values.text import bag, by_word

NUMBER = bag(
    "id ref no number reference urn log ident identifier num nr key serial sk pk nbr nummer uid uuid rowid csn fin crn"
)
PERSON = bag(
    "person patient client nominal subject individual customer member resident participant pseudonym "
    "pseudo pseudonymised hospital mrn pas rio systmone niche pnc pat pt tenancy nomis prisoner detainee tenant "
    "occupier occupant su"
)
"""Words of a header that, with one of NUMBER, says whose number it is."""
EVENTS = bag(
    "encounter encntr enc csn visit episode attendance att appointment appt admission spell referral session booking"
)
"""Words of a number of what was done for a person, and so of no person."""
CALLERS = bag("caller callers informant informants reporter complainant")
"""Words of a header that say it is about whoever called or told."""
PHONES = bag("phone telephone tel mobile email")
"""Words of a number that several people may share, and that another person may have next."""
OTHERS = CALLERS | bag(
    "officer staff gp practice nok kin carer parent mother father consultant clinician doctor nurse coordinator worker "
    "author relative user manager referrer organisation org team author keyworker solicitor spouse "
    "contact emergency school ward partner handler taker operator agent dispatcher advisor adviser "
    "witness neighbour attendant custodian driver crew lead"
)
"""Words of a header that say it is about somebody else than the person of the row."""
PLACES = bag("incident inc scene location event site gp practice hospital school work provider pickup")
"""Words of an address or a postcode that is not the person's home."""
_GLUED = re.compile(
    rf"\b({'|'.join(sorted(PERSON | CALLERS | {'nhs', 'log', 'incident', 'event', 'case', 'contact'}))})"
    rf"(id|no|num|ref|number|{'|'.join(sorted(PHONES))})\b"
)
"""Two words of a header in one: PNCID, patientno."""
UNITS = bag(
    "ward hospital trust site practice surgery provider team service location venue area locality borough district "
    "county region force station council department facility unit file user system drug medication substance product "
    "programme school employer company agency organisation event activity clinic premises town city street"
)
"""Words of a name that is not a person's."""
PERSONAL = bag(
    "name names surname forename forenames dob birth birthdate nhs postcode post address phone telephone tel mobile "
    "email alias aliases aka maiden initials ssn passport street ethnicity race religion marital photo license drivers "
    "cli msisdn"
)
CODED = bag(
    "type outcome disposal result status reason category code nature closure class priority grade "
    "service kind encounterclass attended attendance dna cancelled arrived"
)
"""Words of a header of codes that may bear on what counts."""


_WHOLE = re.compile("DoB|RiO|SystmOne")
"""Words that a capital letter within does not part."""
_SERVICE_USER = re.compile(r"\bservice users?\b")
_REPORTED_BY = re.compile(r"\b(?:report|call|phon|rung?)(?:ed)? (?:in )?by\b")
NO_NUMBER = PHONES | bag(
    "age aged ages band bands banding range group years year yrs months count total score visits attendances contacts "
    "episodes calls dob birth born date dated time"
)
"""Words of a header below which no number is that of a person."""


@lru_cache(4096)
def spaced(text: str) -> str:
    """Words in lower case: 'StartDateWardStay', 'START_DATE' and 'PNCID' come apart."""
    apart = re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", _WHOLE.sub(lambda found: found[0].title(), text)
    )
    plain = re.sub(r"[\W_]+", " ", apart).casefold().strip()
    plain = re.sub(r"\bd o b\b", "dob", plain)
    return _GLUED.sub(r"\1 \2", plain)


def words(header: str) -> frozenset[str]:
    """The words of a header; a service user is a client, and who reported is a caller."""
    return frozenset(_REPORTED_BY.sub("caller", _SERVICE_USER.sub("client", spaced(header))).split())


_SHORT = by_word(
    incident="inc,incid",
    occurrence="occ",
    disposal="disp,dispo",
    code="cd",
    number="num,nbr,nr",
    date="dt",
    time="tm",
    attendance="attd,att",
    discharge="disch",
    admission="adm",
    arrival="arr",
    address="addr",
    postcode="pcode,pc",
    description="desc",
    reason="reas",
    category="cat",
    status="stat,sts",
)
"""Words as systems shorten them in headers."""


@lru_cache(4096)
def _long(text: str) -> str:
    return " ".join(_SHORT.get(word, word) for word in spaced(text).split())


def nearness(header: str, word: str) -> float:
    """0-100: letters that differ cost most; words in another order and further words in the header cost little."""
    full, wanted = _long(header), _long(word)
    close = max(fuzz.ratio(squash(header), squash(word)), fuzz.token_sort_ratio(full, wanted))
    sent, accepted = full.split(), wanted.split()
    within = 96 - 4 * (len(sent) - len(accepted)) if accepted and set(accepted) <= set(sent) else 0
    return max(close, within)


_TITLED = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof|rev|pc|sgt|wpc|sister|nurse)\b\.? \w.*", re.IGNORECASE)
_TWO_NAMES = re.compile(r"[A-Z][\w'’.-]+,?(?: [A-Z][\w'’.-]*){1,2}")


def hold_names(header: str, values: Iterable[str]) -> bool:
    """Whether most texts of a column look like names of people, so that none is shown: Ada Quill, Mr P Birch; not those
    of an outcome or the like (Did Not Attend)."""
    texts = [*values] if words(header).isdisjoint(CODED) else []
    named = sum(bool(_TITLED.fullmatch(text) or _TWO_NAMES.fullmatch(text)) for text in texts)
    return named * 2 > len(texts)


def is_number_name(header: str) -> bool:
    """Whether a header is named as a reference is: Log Ref, Incident No, WardStayID."""
    return not NUMBER.isdisjoint(spaced(header).split())


def is_personal_name(header: str) -> bool:
    """Whether a header is named as something about a person is, so that its values are not shown."""
    return not PERSONAL.isdisjoint(words(header))
