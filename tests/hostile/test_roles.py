"""Every command by every role: who may give it, what the refusal says and enters; and what nobody may sign as."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from areakit import REPOSITORY
from typer.testing import CliRunner

from hiu.errors import HiuError, UsageError
from hiu.govern.audit import read
from hiu.govern.init import init_site
from hiu.govern.login import COMMANDS_OF, EVERYBODY, login, may, needed, require_other
from hiu.settings import Role
from pipelines.access.guard import guarded
from pipelines.cli import COMMANDS, app
from pipelines.commands.messages import print_status
from pipelines.commands.options import now
from pipelines.common.place import Place, open_place

ROLES = (*get_args(Role), "nobody")
JOBS = {job.__name__.replace("_", "-"): job for job in COMMANDS if "site" in inspect.signature(job).parameters}
ALLOWED: Mapping[str, str] = {
    "check": "analyst operator", "new": "analyst operator", "explain": "analyst", "find": "analyst",
    "review": "analyst", "decide": "analyst", "train": "analyst", "export": "analyst operator", "report": "analyst",
    "lab": "analyst", "backtest": "analyst", "evaluate": "analyst chair", "sensitivity": "analyst",
    "equality": "analyst officer", "trend": "analyst chair", "cost": "analyst", "places": "analyst",
    "import-workbook": "chair clinician", "desk": "analyst chair", "s136": "analyst chair", "mart": "analyst",
    "missing": "analyst chair", "offers": "analyst chair", "senior": "chair",
    "sheet": "clinician", "meet": "chair clinician", "run": "operator", "unattended": "operator", "connect": "operator",
    "fetch": "operator", "undo": "operator",
    "rollback": "operator", "withdraw": "operator officer", "backup": "operator officer",
    "verify": "operator officer checker", "basis": "officer", "consent": "officer", "disclose": "officer",
    "hold": "officer", "retain": "officer", "erase": "officer", "key": "officer", "audit": "officer",
    "reads": "officer", "subject": "officer", "rectify": "officer", "requests": "officer", "breaches": "officer",
    "governance": "officer", "assurance": "officer", "release": "checker", "cross": "officer checker",
    "compare": "officer checker",
    "settings": "officer",
}  # fmt: skip
"""Who may give a command, written down apart from the code: a command that is not here is the officer's."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with nothing published."""
    home = tmp_path_factory.mktemp("roles") / "site"
    init_site(home, name="S", synthetic=True, today=date(2026, 4, 1), sources=["police"])
    return home


def with_role(home: Path, role: str) -> Place:
    """The site with a role for whoever runs this; of `nobody` another login has one."""
    own = open_place(home)
    given = {login(): (role,)} if role != "nobody" else {"another": ("officer",)}
    return Place(home, own.settings.model_copy(update={"roles": given}), own.sources)


@pytest.mark.parametrize("role", ROLES)
def test_every_command_by_every_role(role: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job is reached, or the command is refused and the refusal is in the log: nothing else happens."""
    place = with_role(site, role)
    monkeypatch.setattr("pipelines.access.guard._place", lambda *_: place)
    for command in JOBS:
        reached: list[str] = []
        mine = command in EVERYBODY or role in ALLOWED.get(command, "officer").split()
        before = place.audit.read_bytes() if place.audit.exists() else b""
        try:
            guarded(lambda reached=reached, **_: reached.append("job"), command, {}, now())
        except HiuError as refused:
            assert not mine, f"{role} may give {command}: {refused}"
            assert f"'hiu {command}' is for" in str(refused) and "the role: " + role.replace("nobody", "none") in str(
                refused
            )
            last = read(place.audit)[-1]["event"]
            assert last["type"] == "role_refused" and last["command"] == command and last["login"] == login()
            assert not reached
        else:
            assert mine and reached == ["job"], f"{role} may not give {command}"
            assert before == (place.audit.read_bytes() if place.audit.exists() else b"")


def test_a_command_of_root_that_is_refused_leaves_the_owner_every_file(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head of the log became root's, and the owner's next run failed."""
    place, given = with_role(site, "nobody"), dict[int, tuple[int, int]]()
    monkeypatch.setattr("pipelines.access.guard._place", lambda *_: place)

    def refused() -> dict[Path, int]:
        with pytest.raises(HiuError, match="is for operator"):
            guarded(lambda **_: None, "run", {}, now())
        return {path: path.stat().st_ino for path in place.curated.rglob("*")}

    def chown(path: Path, user: int, group: int) -> None:
        given[Path(path).stat().st_ino] = user, group

    before = refused()
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    monkeypatch.setattr("os.chown", chown, raising=False)
    made = {path: node for path, node in refused().items() if before.get(path) != node}
    own = (place.curated.stat().st_uid, place.curated.stat().st_gid)
    assert {path.name for path in made} == {"audit.head"} and given == dict.fromkeys(made.values(), own)


def test_the_table_has_every_command() -> None:
    """A new command fails here until somebody has decided whose it is."""
    assert set(JOBS) - set(ALLOWED) - set(EVERYBODY) <= {"restore"} and set(COMMANDS_OF) == set(ROLES) - {"nobody"}
    for command in JOBS:
        assert sorted(needed(command)) == sorted(ALLOWED.get(command, "officer").split()) or command in EVERYBODY


def test_a_site_without_roles_refuses_nobody_and_a_login_is_one_in_any_case(site: Path) -> None:
    bare, named = open_place(site).settings, with_role(site, "chair").settings
    assert all(may(bare, "anybody", command) for command in JOBS)
    assert may(named, login().upper(), "import-workbook") and not may(named, login().upper(), "erase")
    several = bare.model_copy(update={"roles": {"ann": ("operator", "officer")}})
    assert may(several, "ann", "run") and may(several, "ann", "erase") and not may(several, "ann", "release")


def test_status_says_that_nobody_is_officer(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A handover gave the operator's role to a new login, and nobody could enter an objection."""
    for role, lacks in (("operator", True), ("officer", False)):
        print_status(with_role(site, role), as_json=False, now=now())
        assert ("roles: no login is officer" in capsys.readouterr().out) is lacks


def test_who_made_it_does_not_check_it_by_login(site: Path) -> None:
    settings = with_role(site, "checker").settings
    with pytest.raises(HiuError, match="another login"):
        require_other(settings, login(), login().upper(), "the paper")
    require_other(settings, login(), "somebody", "the paper")
    require_other(open_place(site).settings, login(), login(), "the paper")


@pytest.mark.parametrize(
    "word", ["who decided it", "<Who decided it>", "NAME", "tbc", "...", "Your Name", "[somebody]"]
)
@pytest.mark.parametrize(
    "command", sorted(name for name, job in JOBS.items() if "by" in inspect.signature(job).parameters)
)
def test_a_placeholder_signs_nothing(command: str, word: str, site: Path) -> None:
    """Whatever the command, the job is not reached."""

    def unreached(site: Path, **_: object) -> int:
        raise AssertionError("a placeholder was taken for a name")

    with pytest.raises(UsageError, match="nobody's name"):
        guarded(unreached, command, {"site": site, "by": word}, now())


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("operator", "officer")])
def test_withdraw_is_refused_to_whom_it_is_not_and_takes_nothing(role: str, site: Path) -> None:
    text = (site / "site.toml").read_text(encoding="utf-8")
    own = f'\n[roles]\n"{login()}" = "{role}"\n' if role != "nobody" else '\n[roles]\n"another" = "officer"\n'
    (site / "site.toml").write_text(text + own, encoding="utf-8")
    try:
        line = ["withdraw", "2026-03", "--reason", "wrong", "--by", "Officer", "--site", str(site)]
        said = CliRunner().invoke(app, line)
        assert said.exit_code == HiuError.exit_code and "'hiu withdraw' is for operator or officer" in said.stderr
    finally:
        (site / "site.toml").write_text(text, encoding="utf-8")


def test_the_operators_page_says_which_role_may_give_which_command() -> None:
    page = (REPOSITORY / "docs" / "operator.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+) \| (`.*`) \|$", page, re.MULTILINE))
    assert {role: re.findall(r"`([\w-]+)`", rows.get(role, "")) for role in COMMANDS_OF} == {
        role: sorted(commands) for role, commands in COMMANDS_OF.items()
    }


def test_the_operator_may_give_every_line_of_the_runbook_that_names_no_other_role(site: Path) -> None:
    """An operator who followed it collected refusals in the audit log."""
    page = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
    lines = re.findall(r"^hiu ([\w-]+)[^#\n]*(?:# (\w+))?", page, re.MULTILINE)
    others = {command: other for command, other in lines if other in COMMANDS_OF}
    assert all(may(with_role(site, role).settings, login(), command) for command, role in others.items())
    ours = {command for command, other in lines if other not in COMMANDS_OF}
    allowed = {command for command, _ in lines if may(with_role(site, "operator").settings, login(), command)}
    assert len(lines) >= 20 and others and ours == allowed, "no line of the operator's is marked for somebody else"
