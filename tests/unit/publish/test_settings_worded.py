"""What a site chose to count is what its papers say, and the version of their definitions is another."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from areakit import REPOSITORY
from assurance_kit import FACTS
from pydantic import ValidationError

from hiu.errors import SettingsError
from hiu.model import LABELS
from hiu.publish.assurance.content import document, notice_facts
from hiu.publish.board.words import definitions as board_definitions
from hiu.publish.pack.words import definitions, definitions_version
from hiu.publish.words.definitions import LABELS as MEANINGS
from hiu.publish.words.definitions import PACK, SETTINGS, parts, police_rule
from hiu.publish.words.terms import label_words
from hiu.publish.words.text import join_words
from hiu.rank.reports.cost import costs
from hiu.settings import NEVER_COUNTS, Counting, Rank, Settings
from hiu.sources import load_sources

SHIPPED = Settings(name="A")
DOCS = REPOSITORY / "docs"
CHOICES = {
    "police_incident": (("police_subject", "police_missing"), "the subject (also where no part is known) or missing"),
    "ed_attendance": (
        ("ed_requiring_treatment", "ed_left_during_treatment"),
        "attendances requiring treatment and attendances left before treatment was completed",
    ),
    "ambulance_deployment": (("ambulance_call",), "by this site's own choice: calls"),
    "mh_bed_day": (("mh_own",), "by this site's own choice: mh own"),
    "s136": (("s136_health",), "by this site's own choice: detentions that health recorded"),
    "mha_assessment": (("mha_not_completed",), "by this site's own choice: assessments that were not completed"),
}


def words(settings: Settings) -> tuple[str, str]:
    """What the pack and the board paper define."""
    board = board_definitions(settings, costs())
    return str(definitions(settings)), str(board.rows)


@pytest.mark.parametrize("dataset", CHOICES)
def test_what_a_site_chose_to_count_is_what_pack_and_board_paper_say(dataset: str) -> None:
    measures, said = CHOICES[dataset]
    site = Settings(name="A", counting=Counting(datasets={dataset: measures}))
    for own, as_shipped in zip(words(site), words(SHIPPED), strict=True):
        assert said.lower() in own.lower() and said.lower() not in as_shipped.lower()
    assert definitions_version(site.counting) != definitions_version() == definitions_version(SHIPPED.counting)


def test_the_hours_of_a_detention_are_the_sites() -> None:
    site = Settings(name="A", counting=Counting(s136_hours=48))
    assert "within 48 hours" in words(site)[1] and "within 24 hours" in words(SHIPPED)[1]
    assert definitions_version(site.counting) != definitions_version()


def test_papers_on_data_protection_say_whose_incidents_count() -> None:
    chosen = Counting(datasets={"police_incident": ("police_subject", "police_carer")})
    assert "whatever the part" in police_rule(Counting()) and "whatever the part" not in police_rule(chosen)
    assert "the subject (also where no part is known) or counted as 'police_carer'" in police_rule(chosen)


def test_the_parts_that_count_as_shipped_are_those_of_the_source() -> None:
    counted = load_sources()["police"].counts["police_incident"].measures
    assert parts(Counting(datasets={"police_incident": counted})) == "involved" == parts(Counting())
    assert parts(Counting(datasets={"police_incident": counted[1:]})) != "involved"


def test_a_witness_never_counts_and_a_choice_of_nothing_is_refused() -> None:
    for measures in ((NEVER_COUNTS, "police_subject"), ()):
        with pytest.raises(ValidationError, match="police_incident"):
            Counting(datasets={"police_incident": measures})
    assert NEVER_COUNTS in {one.name for one in load_sources()["police"].measures}


def test_a_source_of_the_site_may_not_count_a_witness_either(tmp_path: Path) -> None:
    (tmp_path / "police.toml").write_text(
        f'extends = "police"\n[counts.police_incident]\nmeasures = ["{NEVER_COUNTS}"]\n', encoding="utf-8"
    )
    with pytest.raises(SettingsError, match=f"'police_incident' counts '{NEVER_COUNTS}', which never counts"):
        load_sources(tmp_path)


@pytest.mark.parametrize("age", [0, 16, 17, 21])
def test_a_child_is_under_18_whatever_a_site_sets(age: int) -> None:
    with pytest.raises(ValidationError, match="18"):
        Rank.model_validate({"minimum_age": age})


def test_the_examples_of_the_counting_page_are_taken() -> None:
    import re
    import tomllib

    page = (REPOSITORY / "docs" / "counting.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    (block,) = [block for block in blocks if "counting" in block]
    assert Settings.model_validate({"name": "A", **block}).counting.datasets["police_incident"]


def notice(settings: Settings) -> str:
    """The privacy notice of a site, on a day in April 2026."""
    facts = FACTS | notice_facts(settings, date(2026, 4, 8))
    return " ".join(line.text for line in document("08-privacy-notice", facts, {}, {}).lines if line.kind == "says")


SEES = {
    ("support", "group"): "in the first 4 places",
    ("support", "clinician"): "A clinician may see more",
    ("support", "analyst"): "names hidden unless they ask",
    ("planning", "analyst"): "may make a copy for planning",
    ("planning", "commissioner"): "Commissioners see rounded numbers",
}


@pytest.mark.parametrize("use", SEES)
def test_the_notice_names_those_alone_who_have_a_basis(use: tuple[str, str]) -> None:
    basis = {"code": "6(1)(e)", "decided_by": "A", "evidence": "B", "start": "2026-01-01", "end": "2026-12-31"}
    block = basis | {"purpose": use[0], "recipient": use[1]}
    text = notice(Settings.model_validate({"name": "A", "basis": [block]}))
    assert [one for one in SEES if SEES[one] in text] == [use]
    ended = notice(Settings.model_validate({"name": "A", "basis": [block | {"end": "2026-04-07"}]}))
    assert not any(words in ended for words in SEES.values()) and "shown nobody yet" in ended


@pytest.mark.parametrize(
    ("purposes", "out_of", "others"),
    [
        ((), "keeps you from whoever", True),
        (("planning",), "keeps you out of planning, and from whoever", True),
        (("support",), "keeps you out of the list and the offer of support, and from whoever", False),
    ],
)
def test_the_notice_says_of_an_opt_out_what_the_site_set(purposes: tuple[str, ...], out_of: str, others: bool) -> None:
    text = notice(Settings.model_validate({"name": "A", "governance": {"opt_out_purposes": purposes}}))
    assert out_of in text and ("such as the clinician who supports you" in text) == others


def test_words_repeat_the_weights_as_they_are_by_default() -> None:
    weights = Rank().weights
    said = re.search(r"each times its weight \((.*?) unless", dict(PACK)["Severity score"])
    numbers = [
        f"{one:g}" for one in (weights.police_incident, weights.mh_bed_day, weights.s136, weights.mha_assessment)
    ]
    assert weights.police_incident == weights.ambulance_deployment == weights.ed_attendance, "one number for contacts"
    assert said and said[1] == join_words(numbers)
    formula = "+ {mh_bed_day:g} x bed days + {s136:g} x section 136 detentions + {mha_assessment:g} x MHA assessments"
    assert formula.format(**weights.model_dump()) in (DOCS / "ranking.md").read_text(encoding="utf-8")


def test_words_repeat_the_labels_as_people_read_them() -> None:
    shown = {label: label_words(label) for label in LABELS if label_words(label) != label}
    definitions = "\n".join(MEANINGS.values())
    for text in (definitions, *((DOCS / name).read_text(encoding="utf-8") for name in ("glossary.md", "ranking.md"))):
        assert set(re.findall(r"shown as ([A-Z][A-Z ]+[A-Z])", text)) == {*shown.values()}
    chair = " ".join((DOCS / "chair.md").read_text(encoding="utf-8").split())
    assert [word for word in shown.values() if word not in chair] == []
    assert SETTINGS["labels.hospital_days"].startswith(f"{shown['IN HOSPITAL']}: ")
    assert SETTINGS["labels.quiet_months"].startswith(f"{shown['QUIET']}: ")
    template = resources.files("hiu.govern").joinpath("site_template.toml").read_text(encoding="utf-8")
    assert f"# {shown['IN HOSPITAL']}: nights" in template
