"""Words that name nobody, told part by part: descriptions, call types, premises, staff, and records of no person.

A word alone seldom says it: White, Young, Male, Ward and Nurse are surnames too. So each rule asks for a word that it
turns on and for every other word to be of its kind; only words that nobody is called decide by themselves.
"""

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from hiu.extract.values.people.given import given_names
from hiu.extract.values.people.instead import WORDS, somebody_else
from hiu.extract.values.text import bag, fold
from hiu.extract.values.totals import TOTAL_OR_EVERYBODY, plain

_AGENCY = tomllib.loads(resources.files(__package__).joinpath("data", "agency_words.toml").read_text(encoding="utf-8"))
STRONG = bag(
    "UNKNOWN UNK UNKN UNKNWN UNKOWN UNKNOW UKNOWN UNKOWM UKN UNIDENTIFIED UNNAMED NK NFN NFI FNU LNU NLN NOT NO ANON "
    "ANONYMOUS REFUSED WITHHELD NOTKNOWN NOTGIVEN REFUSES DECLINED DECLINES UNOBTAINABLE UNSURE UNDISCLOSED WITHOLD "
    "UNSTATED WONT WOULDNT NONE VARIOUS MULTIPLE SEVERAL WITHELD UNWILLING NFD NFA REDACTED REMOVED DELETED ANONYMISED "
    "ANONYMIZED PSEUDONYMISED PSEUDONYMIZED MASKED SUPPRESSED UNABLE"
)
"""Words that stand where a name is not known: with words that only describe, they name nobody."""
_FAMILIES = bag("NONE NO NOT")
"""Of these words the ones that are family names too: beside a given name they stay one ('NONE, Harry')."""
_SAYS = bag(
    "KNOWN GIVEN STATED RECORDED PROVIDED OBTAINED AVAILABLE DISCLOSED SUPPLIED NAME NAMED NAMES DETAILS DETAIL "
    "SURNAME FORENAME FIRST LAST TO GIVE STATE PROVIDE OBTAIN UNABLE YET AT THIS TIME STAGE CONFIRMED ESTABLISHED "
    "WOULD DID ID SAY SAID ASKED FOUND IDENTIFIED APPLICABLE ABLE HIS HER THEIR TRACE ADDRESS REPLY ANSWER A B C D E "
    "F X M"
)
_SEX = bag(
    "MALE FEMALE MALES FEMALES MAN WOMAN MEN WOMEN BOY BOYS GIRL GIRLS LADY LADIES GENT GENTLEMAN GENTLEMEN BLOKE "
    "TEENAGER TEENAGERS YOUTH YOUTHS PERSON PERSONS PEOPLE ADULT ADULTS CHILD CHILDREN INFANT TODDLER JUVENILE KID "
    "KIDS PENSIONER STUDENT"
)
_CLEAR = bag("MALE FEMALE MALES FEMALES WOMAN WOMEN GENTLEMAN PERSON PERSONS TEENAGER YOUTHS PEOPLE")
_ROLES = bag(
    "PATIENT PATIENTS PT SUBJECT CALLER CALLERS VICTIM SUSPECT INFORMANT WITNESS COMPLAINANT REPORTER PARTY CASUALTY "
    "DETAINEE PRISONER RESIDENT NEIGHBOUR NEIGHBOR NEIGHBOURS PASSENGER PEDESTRIAN MISPER CUSTOMER VISITOR PASSERBY "
    "BYSTANDER THIRD"
)
_ORIGIN = bag(
    "WHITE BLACK BROWN ASIAN CAUCASIAN AFRICAN CARIBBEAN ORIENTAL MEDITERRANEAN HISPANIC EUROPEAN MIXED RACE HERITAGE "
    "ETHNIC ETHNICITY ORIGIN CHINESE INDIAN PAKISTANI BANGLADESHI SOMALI POLISH ROMANIAN ALBANIAN TURKISH ARAB ARABIC "
    "AFRO DARK LIGHT SKINNED SKIN TANNED EASTERN BRITISH ENGLISH WELSH SCOTTISH IRISH TRAVELLER ROMA FOREIGN"
)
_ROLES |= frozenset(_AGENCY["roles"]["in"])
_NO_SURNAME = _ORIGIN - bag("WHITE BLACK BROWN ENGLISH IRISH DARK LIGHT RACE WELSH")
_STATE = bag(
    "YOUNG YOUNGER OLD OLDER ELDERLY MIDDLE AGED AGE MID LATE EARLY TEEN TEENS TEENAGE TWENTIES THIRTIES FORTIES "
    "FIFTIES SIXTIES SEVENTIES EIGHTIES YEARS YEAR YRS YR YO APPROX APPROXIMATELY AROUND ABOUT TALL SHORT SLIM LARGE "
    "HEAVY STOCKY BALD BEARDED BLONDE DRUNK DRUNKEN INTOXICATED INEBRIATED HOMELESS CONFUSED DISTRESSED UPSET BABY "
    "NEWBORN AGGRESSIVE ABUSIVE VIOLENT SUICIDAL NAKED UNCONSCIOUS COLLAPSED UNRESPONSIVE INJURED MISSING VULNERABLE "
    "UNWELL SICK CRYING SCREAMING SHOUTING ASLEEP SLEEPING ROUGH SLEEPER STREET LOCAL RANDOM SUSPICIOUS PREGNANT "
    "DISABLED HOODED DECEASED DEAD CONCERNED LONE SINGLE IN HIS HER THE AN OF AND OR"
)
_WHERE = bag("WITH WEARING OUTSIDE INSIDE NEAR FROM WHO LYING SITTING STANDING THREATENING")
_WHERE_TOO = bag("IN ON AT BY IS")
_TITLES = bag("MR MRS MS MISS MX DR SIR MADAM")
_DESCRIBE = _SEX | _ORIGIN | _STATE | _TITLES
_CALL = bag(
    "ABANDONED ABANDON SILENT ACCIDENTAL ACCIDENTALLY HOAX DUPLICATE DUPLICATED DUPE MISDIAL MISDIALLED POCKET DIAL "
    "DIALLED DROPPED WRONG NUMBER ERROR CREATED CALL CALLS LOG INCIDENT RECORD ENTRY LINE OPEN REPLY ANSWER RESPONSE "
    "CANCELLED VOID TEST TESTING TRAINING EXERCISE DUMMY ALARM ACTIVATION FALSE ECALL NO IN ON PATIENT PERSON ONE TWO "
    "THREE DEMO SYSTEM DATA OF MALE FEMALE CALLER CALLERS DEAD CUT OFF LOST HANG HANGUP HUNG UP RANG RUNG CLEARED "
    "DISCONNECTED TERMINATED ENDED SILENCE VOICEMAIL ANSWERPHONE UNANSWERED NOISE SPEECH HEARD VOICE NOTHING "
    "CONNECTION SIGNAL CALLBACK BACK PHONE TELEPHONE MOBILE PRANK BY BEFORE AFTER TRANSFER DOWN PUT THE LEFT ONLY"
)
_CALL |= frozenset(_AGENCY["calls"]["in"])
_CALL_ALONE = bag(
    "ABANDONED SILENT ACCIDENTAL ACCIDENTALLY HOAX DUPLICATE DUPLICATED DUPE MISDIAL MISDIALLED CANCELLED VOID TEST "
    "TESTING DUMMY ECALL TRAINING HANGUP DISCONNECTED SILENCE VOICEMAIL ANSWERPHONE UNANSWERED CALLBACK PRANK"
)
_CALL_BESIDE = bag("CALL CALLS DIAL DIALLED LINE NUMBER ERROR ALARM ACTIVATION RECORD ENTRY PHONE CONNECTION")
_CALLER = bag("CALLER CALLERS")
_CAUSES = bag(
    "CHEST ABDOMINAL BACK PAIN PAINS FALL FALLEN FALLS BREATHING BREATHLESS DIFFICULTY DIFFICULTIES CARDIAC ARREST "
    "SELF HARM HARMING INJURY HEAD BLEEDING SEIZURE SEIZURES FITTING OVERDOSE COLLAPSE STROKE SUICIDE ATTEMPTED "
    "ATTEMPT MENTAL HEALTH CRISIS CONCERN CONCERNS FOR WELFARE SAFETY CHECK DOMESTIC ABUSE VIOLENCE INCIDENT DISPUTE "
    "ASSAULT ASSAULTED PUBLIC ORDER DISTURBANCE ANTISOCIAL ANTI SOCIAL BEHAVIOUR RTC RTA COLLISION TRAFFIC "
    "ROAD THEFT BURGLARY SHOPLIFTING DAMAGE CRIMINAL HARASSMENT SUSPICIOUS ACTIVITY NOISE COMPLAINT ALCOHOL DRUG "
    "DRUGS RELATED INTOXICATION INTOXICATED UNDER INFLUENCE UNCONSCIOUS UNRESPONSIVE SUICIDAL THOUGHTS IDEATION "
    "ANXIETY PANIC ATTACK MEDICAL EMERGENCY POSSIBLE QUERY GENERALLY UNWELL"
)
"""Why a call was made, which is nobody's name where two such words stand together and nothing else."""
_CAUSES |= frozenset(_AGENCY["calls"]["in"])
_CAUSES_ALONE = bag(
    "OVERDOSE SUICIDE SUICIDAL ASSAULTED SEIZURE SEIZURES COLLISION RTC RTA BURGLARY SHOPLIFTING HARASSMENT "
    "INTOXICATED INTOXICATION UNCONSCIOUS UNRESPONSIVE BREATHLESS ANXIETY DISTURBANCE"
)
_WITHOUT_HOME = (
    r"((THE |A |LOCAL |STREET |MALE |FEMALE )*(HOMELESS|ROUGH SLEEPERS?|ROUGH SLEEPING|SLEEP(S|ING) ROUGH|"
    r"SOFA SURF(ER|ERS|ING)|STREET DRINKERS?|(OF )?NO FIXED (ABODE|ADDRESS)|NO (ABODE|ADDRESS|HOME)|BEGGARS?|BEGGING)"
    r"( (MALE|FEMALE|PERSON|MAN|WOMAN|ABODE|PATIENT|CALLER|IN .*|AT .*|OUTSIDE.*))*)"
)
_PREMISES = bag(
    "HOSPITAL INFIRMARY RECEPTION CUSTODY SURGERY HOSTEL HOTEL SUPERMARKET POLICE AMBULANCE CLINIC PHARMACY "
    "UNIVERSITY NIGHTCLUB RESTAURANT LIBRARY CCTV SWITCHBOARD NHS COUNCIL AIRPORT HELPDESK HELPLINE CARELINE TELECARE "
    "LIFELINE STAFFROOM PCSO DOORSTAFF TESCO SAINSBURYS ASDA MORRISONS WETHERSPOONS MCDONALDS GREGGS SAMARITANS "
    "POUNDLAND"
)
"""Places that nobody is called after: one such word and the cell names a place."""
_STAFF = bag(
    "MANAGER MANAGERESS MANAGEMENT SECURITY STAFF OFFICER DOORMAN DOORMEN BOUNCER RECEPTIONIST ASSISTANT SUPERVISOR "
    "WORKER CARER CARERS PARAMEDIC LANDLORD LANDLADY LICENSEE CONCIERGE CARETAKER OCCUPIER OCCUPANT HOUSEHOLDER "
    "TENANT SHOPKEEPER CONTROLLER COORDINATOR OPERATOR DISPATCHER COUNSELLOR THERAPIST"
)
_BESIDE = bag(
    "NURSE DOCTOR GP WARD DUTY SHIFT LEADER CHARGE SISTER MATRON DRIVER BUS TAXI TRAIN GUARD DOOR SHOP STORE BAR PUB "
    "WARDEN PORTER CLEANER TEACHER SCHOOL COLLEGE SOCIAL SUPPORT KEY OUTREACH CREW CONTROL ROOM DESK FRONT OFFICE "
    "UNIT TEAM SITE STATION CENTRE HOUSE HOME CARE NURSING GUEST NIGHT DAY DEPUTY ASST THE OF A AND ED AE OWNER "
    "CHEMIST CHURCH COURT PRISON BANK CAFE GARAGE AGENCY SERVICE SERVICES MEMBER PUBLIC CALL IN ON"
)
_BESIDE_TURNS = bag("NURSE DOCTOR GP DRIVER CREW CONTROL DESK OFFICE STATION TEACHER OWNER CLEANER CHEMIST HOUSE HOME")
_FIRMS = bag("LTD LIMITED PLC LLP SONS COMPANY SERVICES TRUST ASSOCIATION GROUP")
_KIN = bag("MUM DAD MOTHER FATHER HUSBAND WIFE NEIGHBOUR SON DAUGHTER PARTNER PARENT PARENTS RELATIVE FAMILY FRIEND")
_KIN_TURNS = _KIN - bag("SON FRIEND PARTNER FAMILY")
_TURNS = (
    STRONG | _SEX | _ROLES | _CALL_ALONE | _CALL_BESIDE | _PREMISES | _STAFF | _BESIDE_TURNS | _FIRMS | _KIN
    | bag("AND USE MOP DOE OTHER PASSER TBC TBA NEWBORN TWIN NOTES ABOVE BELOW FOLLOW DITTO AN OF ROOM TESTPATIENT")
    | _CALL | _CAUSES
    | bag("SAME SURFER SURFERS SURFING SLEEPER SLEEPERS SLEEPING BEGGAR BEGGARS BEGGING DRINKER DRINKERS")
    | bag("HOMELESS FIXED BEFORE PREVIOUS PREVIOUSLY EARLIER CHARGE BACKGROUND")
    | bag("COMMUNAL COMMON TOTAL TOTALS SUBTOTAL SUBTOTALS CYFANSWM ALL EVERYONE EVERYBODY GUEST GUESTS")
)  # fmt: skip
TURNS = frozenset(_TURNS | WORDS)
"""Every word that a rule may turn on: a name without one is read a whole column at once."""
DOUBTFUL = r"UNK[A-Z]*|ZZ[A-Z]*|XX[A-Z]*|THE"
"""Forms of such words, beside the list."""

_MONTHS = bag("APRIL MAY JUNE AUGUST")
_WHOLE = re.compile(
    r"(A )?GUESTS?( [0-9A-Z])?|"
    r"(THE )?SAME( (AS|PERSON|PATIENT|CALLER|CLIENT|MALE|FEMALE|MAN|WOMAN|DETAILS))?"
    r"( (AS|ABOVE|BEFORE|BELOW|PREVIOUS(LY)?|EARLIER|LAST( TIME)?|AGAIN|LOG|CALL))*|"
    r"AS (BEFORE|PREVIOUS(LY)?|EARLIER|PER (LOG|NOTES?|ABOVE|PREVIOUS))|(SEE|REFER TO) (PREVIOUS|ABOVE|EARLIER).*|"
    r"(CALLER |THEY |HAS |PT )*(HUNG|HANGS|HANG) UP( ON .*)?|(CALLER )?(RANG|RUNG|CUT) OFF|LINE (WENT |IS )?DEAD|"
    r"NO (SPEECH|VOICE)( HEARD)?|BACKGROUND NOISES?( .*)?|(NURSE|SISTER|MATRON|DOCTOR|OFFICER|PERSON) IN CHARGE|"
    rf"{_WITHOUT_HOME}|"
    r"A ?N OTHER|AN OTHER|PASSER ?BY|MEMBERS? OF (THE )?PUBLIC|MEMBER OF STAFF|MOP|J(OHN|ANE) DOE|X+( X+)*|"
    r"(ZZ+ ?)?(X+ ?)?TEST(ING)?( (PATIENT|TEST|RECORD|PERSON))?|(PATIENT|TEST) TEST|TBC|TBA|TEST ?PATIENT.*|"
    r"[A-Z]+ ?TEST PATIENT|NIL|DITTO|(AS|SEE) (ABOVE|BELOW|LOG|NOTES?)|TO (FOLLOW|BE (CONFIRMED|ADVISED))|NOT IN USE|"
    r"DO NOT USE( (THIS|RECORD|DUPLICATE|PATIENT|ENTRY|LOG|SEE|USE|MERGED|TEST)( .*)?)?|"
    r"(BABY|INFANT|NEWBORN|TWIN)( (BOY|GIRL|MALE|FEMALE|ONE|TWO|[A-Z]|OF .*))*|(.* )?(BABY|NEWBORN|TWIN) OF( .*)?|"
    r"(.* )?(BOY|GIRL|SON|DAUGHTER|MOTHER|FATHER|MUM|DAD|WIFE|HUSBAND|PARTNER|PARENTS?|BROTHER|SISTER|NEIGHBOU?R|"
    r"FRIEND|CARER|RELATIVE|INFANT|CHILD|OWNER|OCCUPIER|MANAGER|DRIVER) OF .*|"
    r"(ANONYMOUS )?CALLER|NO TRACE|(THE )?OCCUPANT|N A|N K|"
    r"(.* )?(CONTROL ROOM|FRONT (DESK|COUNTER)|CARE HOME|NURSING HOME|"
    r"GUEST HOUSE|PUBLIC HOUSE|CAR PARK|COMMUNAL (AREA|KITCHEN|LOUNGE|GARDEN|ROOM)|(COMMON|STAFF) ROOM|"
    r"(BUS|TRAIN|RAILWAY|PETROL|FIRE) STATION|SHOPPING CENTRE)( .*)?|"
    r"(.+ )?(AND|THE) (.* )?(HOUSE|CHURCH|CENTRE|SCHOOL|INN|ARMS)|GROUP OF .*"
)
_NOT_APPLICABLE = re.compile(r"\s*N\s*/\s*[AK]\s*[-–—:(].*", re.I)
_OFFICER = re.compile(r"(PC|PS|WPC|DC|DS|SGT|INSP) [0-9]{2,6}( .*)?")
_BABY_OF = re.compile(r"\s*B/O\b", re.I)
_IC = re.compile(r"IC[0-9](M|F|MALE|FEMALE)?")
_NUMBER = re.compile(r"[0-9]{1,7}(S|ST|ND|RD|TH|YRS?|YO|Y|M|F|FT|ISH|YEARS?)?")
_RUN_ON = re.compile(r"UNK(N|NOWN|NWN|OWN)?(MALE|FEMALE|PERSON|PATIENT|NAME|SUBJECT|CALLER|ADULT|CHILD|M|F)?[0-9]*")
_DUMMY = re.compile(r"ZZ(?!I)[A-Z]*|XX+[A-WYZ][A-Z]*")


def names_nobody(text: str, unknown: Sequence[re.Pattern[str]] = ()) -> bool:
    """Whether a whole name names nobody; `unknown` are a site's own forms, asked of the text as it stands."""
    words = _tokens(text)
    if not words:
        return not any(letter.isalpha() for letter in text)
    if _BABY_OF.match(text) or _NOT_APPLICABLE.fullmatch(text) or any(form.fullmatch(text.strip()) for form in unknown):
        return True
    joined = " ".join(words)
    if somebody_else(text, words):
        return True
    if TOTAL_OR_EVERYBODY.fullmatch(plain(text)) and not set(words) & given_names() - _MONTHS:
        return True
    if words[0] == "THE" and len(words) > 1 and "," not in text:
        return True
    if _WHOLE.fullmatch(joined) or _OFFICER.fullmatch(joined):
        return True
    rest = {word for word in words if not _NUMBER.fullmatch(word)}
    rules = (_not_known, _described, _role, _call, _dummy)
    return any(rule(rest, words) for rule in rules) or (_place(rest, words) and not _person_first(text))


def part_names_nobody(words: Sequence[str], *, given: bool) -> bool:
    """Whether the given or the family part of a name stands where a name is not known: 'SMITH, Unknown'."""
    return _part_names_nobody(" ".join(words), given)


@lru_cache(maxsize=100_000)
def _part_names_nobody(text: str, given: bool) -> bool:
    found = _tokens(text)
    rest = {word for word in found if not _NUMBER.fullmatch(word)}
    if given and rest == {"NULL"}:
        return True
    if _not_known(rest, found) or (found and all(re.fullmatch("XX+|FEMALE", word) for word in found)):
        return given or not rest <= _FAMILIES
    return given and bool(found) and (rest <= {"MALE"} or (len(found) > 1 and _described(rest, found)))


@lru_cache(maxsize=100_000)
def _tokens(text: str) -> tuple[str, ...]:
    """Words in capitals, without accents; digits stay in IC1, 30s and the like, and are letters in UNKN0WN."""
    plain = unicodedata.normalize("NFKD", re.sub("['’`]", "", text)).encode("ascii", "ignore").decode().upper()
    plain = re.sub(r"\bIC[ -]?(?=[0-9]\b)", "IC", plain)
    words = re.findall("[A-Z0-9]+", plain)
    kept = (
        word if word.isalpha() or _IC.fullmatch(word) or _NUMBER.fullmatch(word) else _mixed(word) for word in words
    )
    return tuple(word for word in kept if word)


def _mixed(word: str) -> str:
    return word if any(form.fullmatch(word) for form in (_IC, _NUMBER, _RUN_ON)) else fold(word)


def _not_known(rest: set[str], words: Sequence[str]) -> bool:
    strong = {word for word in rest if word in STRONG or _RUN_ON.fullmatch(word)}
    return bool(strong) and rest - strong <= _SAYS | _ROLES | _DESCRIBE | _coded(rest)


def _coded(rest: set[str]) -> set[str]:
    return {word for word in rest if _IC.fullmatch(word)}


def _described(rest: set[str], words: Sequence[str]) -> bool:
    """Sex, origin, age and state, and nothing else: 'IC1 MALE', 'male 30s', 'elderly lady', 'female in white car'."""
    if len(words) == 2 and words[0] == "LADY" and words[1] != "OLD":
        return False  # Lady White
    codes, numbers = _coded(rest), any(_NUMBER.fullmatch(word) for word in words)
    rest = rest - (bag("A") if words[0] == "A" else bag("Y O") if {"Y", "O"} <= rest else frozenset())
    short = rest & {"M", "F", "X"} if codes or numbers or rest & _NO_SURNAME else set()
    plain = rest - codes - short <= _DESCRIBE
    if plain and (rest & _SEX or codes or (short and numbers) or (short and rest & _NO_SURNAME)):
        return True
    clear = rest & _CLEAR
    return (
        bool(clear) and len(words) > 2 and bool(rest & (_WHERE | _WHERE_TOO) or (rest & _NO_SURNAME and len(rest) > 3))
    )


def _role(rest: set[str], words: Sequence[str]) -> bool:
    """Who somebody was to the agency and nothing else: 'Caller 2', 'Suspect A', 'patient'; or kin: 'mother'."""
    turn = rest & _ROLES or rest & _KIN_TURNS
    letters = {word for word in rest if len(word) == 1}
    return bool(turn) and rest <= _ROLES | _KIN | _SAYS | _DESCRIBE | letters


def _call(rest: set[str], words: Sequence[str]) -> bool:
    """What kind of call or record it was, or why it was made: 'ABANDONED CALL', 'caller hung up', 'chest pain'."""
    if rest <= _CAUSES:
        return bool(rest & _CAUSES_ALONE) or len(words) > 1
    if not rest <= _CALL:
        return False
    return bool(rest & _CALL_ALONE) or bool(rest & (_CALL_BESIDE | _CALLER) and len(words) > 1)


def _place(rest: set[str], words: Sequence[str]) -> bool:
    """A place, a firm or its staff: 'Hospital Security', 'STAFF NURSE', 'Duty Manager', 'O'Brien and Sons'."""
    if rest & _PREMISES or (len(words) > 1 and words[-1] in _FIRMS):
        return True
    if rest & _STAFF:
        return not (len(words) == 2 and rest & given_names())
    return len(words) > 1 and bool(rest & _BESIDE_TURNS) and rest <= _BESIDE


def _person_first(text: str) -> bool:
    """'SMITH, John CUSTODY': a person's name with a place or an office after it."""
    family, comma, given = text.partition(",")
    first, before = _tokens(given)[:1], set(_tokens(family))
    if not (comma and first and before) or first[0] not in given_names():
        return False
    return before == {"POLICE"} or not before & (_PREMISES | _BESIDE_TURNS)


def _dummy(rest: set[str], words: Sequence[str]) -> bool:
    """A record that stands for nobody: ZZ and XX before a name, and 'Ms X'."""
    lettered = len(words) == 2 and words[0] in _TITLES and words[1] in ("X", "Y", "Z")
    return lettered or any(_DUMMY.fullmatch(word) for word in words)
