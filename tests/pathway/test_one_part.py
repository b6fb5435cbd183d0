"""A site with one source of the pathway, or a crosswalk alone, has exactly that part; a site with none has nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from areakit import NOW, run
from pathway_kit import (
    DESK,
    ESCALATIONS,
    GOVERNED,
    GOVERNING,
    MISSING,
    OFFERS,
    POLICE,
    REFERRAL,
    S136,
    Rows,
    pathway_site,
)

from hiu.engine.pathway import tables_with
from hiu.model import PATHWAY
from pipelines.commands import pathway
from pipelines.commands.messages import print_status
from pipelines.commands.outputs import places
from pipelines.common.place import Place, open_place
from pipelines.govern.registers.overview import governance_page

FILES: dict[str, tuple[str, Rows]] = {
    "desk": ("desk", DESK),
    "referral": ("referral", REFERRAL),
    "s136_pathway": ("s136_pathway", S136),
    "place_escalation": ("escalation", ESCALATIONS),
    "missing_episode": ("missing", MISSING),
    "offer": ("offers", OFFERS),
    **{name: (file, rows) for name, (file, rows) in zip(GOVERNED, GOVERNING.items(), strict=True)},
}
PART = {
    "desk": "desk",
    "s136_pathway": "s136",
    "place_escalation": "s136",
    "missing_episode": "missing",
    "offer": "offers",
    **dict.fromkeys(GOVERNED, "senior"),
}
"""The command that has something of a source; a referral without its log is in no paper."""
CROSSWALK = "kind,key,borough,command_unit,trust\narea,Bristol,Bristol,North,AWP\nsector,BS1 4,Bristol,,\n"
WORDS = re.compile(
    r"control-room|\bdesk\b|link officer|\b(?:desk|referral|s136_pathway|place_escalation|missing_episode|offer|"
    r"plan_version|record_entry|support_contact|incident|meeting|action|partner)\b(?=[ ,]*$)|places of safety|"
    r"missing from hospital|offers short of detention|senior meeting|Action log|crosswalk|command unit",
    re.I | re.M,
)
"""What only a site with a source of the pathway or a crosswalk reads of (of incidents police send some too)."""


@pytest.mark.parametrize("only", [None, "crosswalk", *FILES])
def test_a_site_has_the_part_that_it_sends_and_nothing_of_another(
    only: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = FILES.get(only or "")
    home = pathway_site(
        tmp_path / "site",
        {"police": POLICE} | ({file[0]: file[1]} if file else {}),
        extended=[only] if file and only else [],
    )
    if only == "crosswalk":
        (home / "places").mkdir(exist_ok=True)
        (home / "places" / "ours.csv").write_text(CROSSWALK, encoding="utf-8", newline="\n")
    place = open_place(home)
    outcome = run(place)
    assert outcome.published
    have = {name for name in (*PATHWAY, "event_place") if (outcome.published / f"{name}.parquet").exists()}
    wanted = tables_with(place.sources) if file else {"event_place"} if only else set()
    assert have == wanted
    assert _papers(place, tmp_path, capsys) == {only and ("places" if only == "crosswalk" else PART.get(only))} - {None}
    print_status(place, as_json=False, now=NOW)
    seen = [capsys.readouterr().out, governance_page(place, problems=[], now=NOW).decode()]
    seen += [(outcome.published / f"{name}.html").read_text(encoding="utf-8") for name in ("pack", "quality")]
    found = {word.lower() for text in seen for word in WORDS.findall(re.sub(r"<[^>]+>", "\n", text))}
    first = {"incident": {"senior meeting"}, "action": {"senior meeting", "action log"}}.get(only or "", set())
    assert found - {"incident"} == first | ({only} if file else set()) - {"incident"}


def _papers(place: Place, folder: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The commands that write something; each of the others says in one sentence that there is nothing to write."""
    made = set()
    capsys.readouterr()
    for name in ("desk", "s136", "missing", "offers", "senior", "places"):
        out = folder / name
        if name == "places":
            places(month=None, people=False, site=place.home, curated=None, out=out)
        else:
            more = {"by": "Chair"} if name == "senior" else {}
            getattr(pathway, name)(month=None, site=place.home, curated=None, out=out, **more)
        said = capsys.readouterr().out
        if out.exists():
            made.add(name)
            assert len(list(out.iterdir())) >= 3
        else:
            assert said.count("\n") == 1 and "there is no" in said, said
    return made
