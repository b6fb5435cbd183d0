"""What the pack holds, by name and type: built from the tables, said alike by the page and its PDF twin."""

from datetime import date
from typing import TypedDict

from hiu.publish.feeds import Feed
from hiu.publish.stamp import Stamp


class Person(TypedDict):
    """The row in the list and what stands beside the chart. `lacks` = columns of which a month is missing. Alerts:
    code, words. Gates: words, value with its date, needs looking at, where it is written. Recorded: words, value,
    which list and by whom. `was` = what a candidate was offered and answered, or until when they were supported;
    `age` = an adult's, `who` = an under-18's, and how to tell people of one name apart; `decide` = what there is to
    decide now, in sentences; `last` = the month of a candidate's last contact. Episodes, of supported people: when,
    what, how long; `all_episodes` = how many there are, `week` = at which hours they fall."""

    id: str
    name: str
    rank: int
    low: int | None
    high: int | None
    certainty: str | None
    risk: str
    risk_note: str
    risk_at: str
    risk_police: bool
    contacts: int | None
    contacts_12: int | None
    nights: int | None
    mha: int | None
    lacks: list[str]
    alerts: list[tuple[str, str]]
    estimated: bool
    label: str
    intensity: float
    supported: bool
    was: str
    who: str
    age: str
    decide: str
    minor: bool
    why: str
    last: str
    label_why: str
    presets: list[str]
    changes: list[str]
    gates: list[tuple[str, str, bool, str]]
    recorded: list[tuple[str, str, str]]
    sources: str
    episodes: list[tuple[str, str, str]]
    all_episodes: int
    week: str


class Entry(TypedDict):
    """A change in a sentence, and the person if it is about one."""

    id: str | None
    what: str


class Changes(TypedDict):
    """Changes of one kind."""

    kind: str
    heading: str
    entries: list[Entry]


class Task(TypedDict):
    """An action somebody took on at a meeting."""

    id: str
    what: str
    owner: str
    due: str
    when: date | None
    late: bool
    done: bool


class Decision(TypedDict):
    """What the last meeting decided about a person."""

    id: str
    decision: str
    owner: str
    next_review: str
    author: str


class Review(TypedDict):
    """Something due or overdue of a person."""

    id: str
    what: str
    when: date | None
    late: bool
    words: str


class Reviews(TypedDict):
    """A person's reviews together, as pairs of what and words."""

    id: str
    late: bool
    reviews: list[tuple[str, str]]


class Late(TypedDict):
    """A person with something overdue: who answers for it, and a date or words for each kind of it."""

    id: str
    lead: str
    cells: list[str]


class Overdue(TypedDict):
    """What is overdue, a row a person. `all` = what everybody supported has overdue, in a sentence; else empty."""

    all: str
    kinds: list[str]
    rows: list[Late]


class Match(TypedDict):
    """Two records that may be one person, and why that is in doubt."""

    a: str
    b: str
    doubt: str


class Matches(TypedDict):
    """Matches that are shown, and how many there are."""

    total: int
    pairs: list[Match]


class Front(TypedDict):
    """The first screen. `reviewing` = when a review is overdue, in words.

    `lacking` = how many of the last 12 months a feed did not supply; `bedless` = id and months,
    `unlisted` = id and why."""

    changes: list[Changes]
    actions: list[Task]
    decisions: list[Decision]
    overdue: Overdue
    due: list[Reviews]
    feeds: list[Feed]
    unread: list[str]
    bedless: list[tuple[str, str]]
    matches: Matches
    unlisted: list[tuple[str, str]]
    unnamed: str
    lacking: int
    reviewing: str


class View(Front):
    """The whole pack. `first` = there is no list of last month to compare with; `others` = names of people who have no
    row, but whom the first screen speaks of (`access`): who left the first places, whom a meeting decided on, and who
    is supported without a contact. `notes` = what is said once (`words.notes`)."""

    stamp: Stamp
    notes: dict[str, str]
    withheld: str
    nobody: dict[str, str] | None
    marking: str
    top: int
    people: list[Person]
    others: dict[str, str]
    first: bool
    beside: list[str]
    definitions: tuple[tuple[str, str], ...]
    definitions_version: str
    settings: list[tuple[str, str, str]]
