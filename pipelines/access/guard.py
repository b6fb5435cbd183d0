"""What holds for every command of a site: who may give it, what it needs to be whole, and what it shows is entered.

`guarded` runs a command's function. So a new command writes its line of the read log, is refused outside its role,
writes no text that names whom it is about, and nothing on records that lost or gained lines, without a word of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from inspect import signature
from pathlib import Path

from hiu.errors import HiuError, SettingsError, UsageError
from hiu.govern.house import ForeignSettings, require_house
from hiu.govern.login import COMMANDS_OF, login, require_role
from hiu.govern.placeholder import require_signature
from hiu.govern.release.outputs import require_outside
from hiu.settings import load
from pipelines.access.bound import FOREIGN, bind, bind_reads, require_whole
from pipelines.access.looks import RIGHTS, enter_look, people_in, without_ids
from pipelines.access.wording import require_plain
from pipelines.common import answer
from pipelines.common.journal import record
from pipelines.common.lock import require_no_erasure
from pipelines.common.place import REPOSITORY, Place, fresh_key
from pipelines.common.progress import Reporter

Job = Callable[..., int | None]

LOOKS_ON = (
    "status",
    "verify",
    "audit",
    "reads",
    "explain",
    "find",
    "check",
    "new",
    "suites",
    "lab",
    "connect",
    "report",
    "backtest",
    "evaluate",
    "sensitivity",
    "equality",
    "trend",
    "cost",
    "init",
    "demo",
    "synth",
    "restore",
    "run",
    "governance",
)
"""Commands that record nothing of anybody, or, like `run`, look first whether all is whole themselves."""
WHILE_ERASING = (
    "erase",
    "hold",
    "basis",
    "verify",
    "audit",
    "reads",
    "status",
    "restore",
    "key",
    "check",
    "new",
    "suites",
    "init",
    "demo",
    "synth",
    "connect",
    "run",
    "unattended",
)
"""Commands that show nobody who was published, end the erasure, or refuse by themselves while one is unfinished."""
READ = frozenset(
    {("check", "file"), ("new", "file"), ("decide", "from_"), ("import-workbook", "file"), ("evaluate", "table")}
    | {("cost", "table"), ("equality", "groups"), ("export", "groups"), ("restore", "file"), ("restore", "rights")}
    | {("basis", "opt_out"), ("release", "folder"), ("key", "old"), ("cross", "trust"), ("cross", "take")}
)
"""Options that name a file or folder to read, beside those of the site itself: every other path is written to."""
OF_SITE = ("site", "raw", "curated")
ANYWHERE = ("verify", "audit", "restore", "init", "demo", "synth", "check", "new", "suites", "connect")
"""Commands that show nothing of what is published: they may be given with settings of another folder."""
KEY_ACTS = ("recipient", "turn", "trace", "keyring", "copy", "new", "lost", "old")
"""Options with which `hiu key` does more than list."""
SIGNED = ("by", "checker", "reviewer")
"""Options that say who did something."""
UNPROVEN = (*ANYWHERE, "status", "reads", "lab", "governance", "run")
"""Commands that are given on records that are not whole: those that say so, show nobody, or look themselves."""


def guarded(job: Job, name: str, given: Mapping[str, object], now: datetime) -> int | None:
    """Run a command; what it returned. What it answers is shown once it is entered who is in it."""
    for option in SIGNED:
        require_signature(given.get(option), f"--{option}")
    place = _place(job, given)
    for path in written(name, given):
        require_outside(path, [(place.home, place.settings)] if place else [])
    if place is None:
        return job(**given)
    if name not in ANYWHERE:
        _require_house(place, name, now)
    _require_role(place, name, now)
    if name not in WHILE_ERASING:
        require_no_erasure(place.erasing)  # what is published, and the warehouse, may still hold who is erased
    keyed = _with_key(place, name, given)
    if unread := require_plain(keyed or place, given, name, now, by_form=keyed is None):
        given = {**given, **unread}
        Reporter().say(
            f"Taken, though texts of this login were refused too often. Not kept of it: {', '.join(sorted(unread))}. "
            "Enter them after an hour, or let another login"
        )
    writes = name not in LOOKS_ON and place.curated.exists() and (keyed is not None or bool(given.get("new")))
    if keyed and name not in UNPROVEN and place.curated.exists():
        require_whole(keyed)
    try:
        return _shown(place, job, name, given, now)
    finally:
        if writes and place.audit.exists():
            bind(replace(place), now)  # by the key as it is now: 'hiu key --new' makes another


def _with_key(place: Place, name: str, given: Mapping[str, object]) -> Place | None:
    """The site with the key that texts and records are checked with. None while `hiu key` lists where copies of a lost
    one are; or while `--new` replaces it, or ends what it began, and says itself what it could not check."""
    lists = not any(given.get(option) for option in KEY_ACTS)
    if name != "key" or not (lists or given.get("new")):
        return place
    if not lists and (made := fresh_key(place)) and made.exists():
        return None
    if isinstance(copy := given.get("old"), Path):
        return replace(place, settings=place.settings.model_copy(update={"key_file": copy}))
    try:
        _ = place.key
    except HiuError:
        if lists or given.get("lost"):
            return None
        raise
    return place


def written(name: str, given: Mapping[str, object]) -> Iterator[Path]:
    """The paths that a command was asked to write to."""
    for option, value in given.items():
        if isinstance(value, Path) and option not in OF_SITE and (name, option) not in READ:
            yield value
    if name == "mart" and isinstance(to := given.get("to"), str):
        yield Path(to)  # a folder, or the word for a database


def _shown(place: Place, job: Job, name: str, given: Mapping[str, object], now: datetime) -> int | None:
    with answer.gathered() as gathered:
        gathered.release = lambda: show(place, gathered, name, given, now)
        try:
            return job(**given)
        finally:
            show(place, gathered, name, given, now)
            if gathered.entered and place.audit.exists():
                bind_reads(place, now)


def show(place: Place, gathered: answer.Answer, name: str, given: Mapping[str, object], now: datetime) -> None:
    """Enter whom an answer shows, unless the job has, then show it. Raises HiuError, showing nothing, if that fails."""
    asked = given.get("person")
    about = f"{asked} {gathered.text}" if isinstance(asked, str) and gathered.lines else gathered.text
    whom = people_in(about)
    if whom and not gathered.entered:
        by = given.get("by")
        purpose = RIGHTS if name in COMMANDS_OF["officer"] else "support"
        try:
            enter_look(place, now, name, whom, purpose=purpose, by=str(by) if by else None)
        except HiuError:
            gathered.lines.clear()
            raise
        gathered.entered = True
    if whom and name in COMMANDS_OF["analyst"]:
        codes = {one: one for one in people_in(str([*given.values()]))}  # what was typed tells the asker nothing
        for_what = str(given.get("purpose") or "support")
        gathered.lines = [without_ids(place, gathered.text, for_what, now, codes)]
    gathered.show()


def _place(job: Job, given: Mapping[str, object]) -> Place | None:
    """The site that a command is about, its sources unread; None where it has none yet, or names none."""
    if "site" not in signature(job).parameters:
        return None
    home, curated = given.get("site"), given.get("curated")
    home = home if isinstance(home, Path) else REPOSITORY
    try:
        settings = load(home / "site.toml")
    except SettingsError:
        return None  # the command says it better
    if isinstance(curated, Path):
        settings = settings.model_copy(update={"curated": curated.resolve()})
    return Place(home, settings, {})


def _require_house(place: Place, name: str, now: datetime) -> None:
    """Refuse settings that are not this house's, and enter it in the log of the house."""
    try:
        require_house(place.home, place.curated)
    except ForeignSettings as error:
        record(place, now, FOREIGN, command=name, login=login())
        raise error from None
    except SettingsError:
        if name not in ("run", "unattended"):
            raise


def _require_role(place: Place, name: str, now: datetime) -> None:
    who = login()
    try:
        require_role(place.settings, who, name)
    except HiuError:
        if place.curated.exists():
            record(place, now, "role_refused", command=name, login=who)
        raise


def require_named(value: str | None, option: str) -> str:
    """A name that is one. Raises UsageError for none, or for the template's words."""
    if not (value or "").strip():
        raise UsageError(f"{option} is needed: what is done is done by somebody")
    require_signature(value, option)
    return str(value).strip()
