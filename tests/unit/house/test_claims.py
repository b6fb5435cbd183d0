"""What pages and the assurance pack claim: nothing that was not done, nothing older than its latest measure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from assurance_kit import FACTS
from evidence import ROOT, section

from hiu.publish.assurance.content import documents
from hiu.sources import load_sources

PAGES = {path.name: path.read_text(encoding="utf-8") for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))}
PACK = {one.name: " ".join(line.text for line in one.lines) for one in documents(FACTS, {}, {})}
EVERYWHERE = {name: text for name, text in (PAGES | PACK).items() if name != "CHANGELOG.md"}
TRIED_ON_WINDOWS = re.compile(
    r"(also|was|were) (runs?|run|tried|tested|measured|installed) on [^.]*Windows|runs on Windows", re.IGNORECASE
)
NEVER_THERE = re.compile(r"(never|not|nothing)\b[^.]{0,90}Windows|Windows[^.]{0,90}\b(never|not tried|was not)", re.I)


LOOKED_AT_BY_AXE = {
    "assurance_page": ("assurance pack",),
    "docs_site": (),
    "meet_browser": ("live meeting",),
    "pack_access": ("the pack",),
    "other_pages_access": ("quality page", "own data", "governance page", "page of the pathway"),
    "wcag": (),
}
"""Tests of the browser -> the pages of the product that they have axe look at."""


def test_no_page_claims_that_windows_was_tried() -> None:
    claims = {name: found[0] for name, text in EVERYWHERE.items() if (found := TRIED_ON_WINDOWS.search(text))}
    assert claims == {}
    assert TRIED_ON_WINDOWS.search("It also runs on Windows. All passed.")


@pytest.mark.parametrize("name", ["README.md", "install.md", "reliability.md", "10-dtac", "13-rap"])
def test_pages_that_speak_of_windows_say_that_it_was_never_run_there(name: str) -> None:
    assert NEVER_THERE.search(EVERYWHERE[name])


def test_tests_and_their_reach_are_those_of_the_last_row() -> None:
    rows = [line for line in section("docs/benchmarks.md", "the-tests").splitlines() if line.endswith("% |")]
    cells = [cell.strip() for cell in rows[-1].split("|")]
    tests, reach = cells[2].split(" ")[0], cells[5].split(" ")[0]
    assert re.fullmatch(r"[\d,]+", tests) and reach.endswith("%")
    assert f"{tests} quick tests" in PACK["13-rap"] and reach in PACK["13-rap"]


def test_the_kills_that_failed_are_named_wherever_kills_are_counted() -> None:
    for name, text in EVERYWHERE.items():
        if "597 kills" in text:
            assert re.search(r"\b204\b", text), f"{name} cites the round without a failure alone"


def test_the_error_rate_of_areas_without_numbers_stands_beside_the_better_one() -> None:
    for name, text in EVERYWHERE.items():
        for found in re.finditer(r"\.037% to \.205%", text):
            assert "1.491%" in text[found.start() : found.start() + 700], f"{name} gives the better half alone"


def test_the_sample_on_which_women_fared_worse_stands_beside_the_areas_where_they_did_not() -> None:
    cited = {name: text for name, text in EVERYWHERE.items() if "Hindu, Muslim or Sikh" in text}
    assert {"02-hazard-log", "09-equality-impact", "15-model-card-matching", "questions.md"} <= cited.keys()
    assert [name for name in cited.keys() - {"adopting.md"} if "women" not in cited[name]] == []


def public_worst(header: str) -> str:
    """The most rows on another's record in a column of the public sets' tables, as its cells have it."""
    found: list[str] = []
    at = None
    for line in section("docs/benchmarks.md", "matching-public-sets").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        at = next((n for n, cell in enumerate(cells) if cell.startswith(header)), at) if len(cells) > 2 else None
        found += re.findall(r"\.\d{3}%", cells[at]) if at is not None and at < len(cells) else []
    return max(found)


def test_the_worst_public_result_stands_beside_the_error_rate_of_the_areas() -> None:
    worst = public_worst("hiu, shipped")
    cited = {name: text for name, text in EVERYWHERE.items() if ".029% to .196%" in text}
    assert {"questions.md", "benchmarks.md", "02-hazard-log", "15-model-card-matching"} <= cited.keys()
    assert [name for name, text in (cited | {"README.md": PAGES["README.md"]}).items() if worst not in text] == []


def test_the_worst_of_registers_without_numbers_is_the_last_that_was_measured() -> None:
    worst = public_worst("hiu: F1, wrong rows")
    for text in (PACK["15-model-card-matching"], PAGES["benchmarks.md"].split("## ")[0]):
        assert re.search(rf"{re.escape(worst)}[^;]*of other kinds|of other kinds[^;]*{re.escape(worst)}", text)


def test_the_formats_that_are_read_are_the_same_everywhere() -> None:
    formats = (
        "CSV and other delimited text, XLSX and XLSM, Excel 2003 XML, Parquet, JSON of records, and a table of a web"
    )
    for text in (PAGES["sources.md"], PAGES["questions.md"], PACK["10-dtac"]):
        assert f"{formats} page" in re.sub(r"\s+", " ", text)


def test_the_attack_on_releases_is_cited_as_its_last_row_has_it() -> None:
    rows = [line for line in section("docs/benchmarks.md", "releases-attacked").splitlines() if line.startswith("| ")]
    _, _, asked, ran, tried, bounded, *_ = [cell.strip().split(" ")[0] for cell in rows[-1].split("|")]
    assert bounded == "0", "the words of the hazard log and of the head of the benchmarks are of none"
    for text in (PACK["02-hazard-log"], PAGES["benchmarks.md"].split("## ")[0]):
        assert re.search(rf"\b{ran} sequences of releases", text) and tried in text
        assert ran == asked or re.search(rf"\b{asked}\b", text)


def test_sequences_that_were_asked_for_are_named_beside_those_that_ran() -> None:
    for name, text in EVERYWHERE.items():
        for found in re.finditer(r"\b(\d+) sequences of releases", text):
            near = text[max(0, found.start() - 300) : found.start() + 300]
            assert int(found[1]) >= 200 or "200" in near, name


def test_readers_are_told_that_a_missing_alert_says_nothing() -> None:
    for name in ("chair.md", "clinician.md"):
        assert "does not mean that no record mentions" in " ".join(EVERYWHERE[name].split()), name


def test_alerts_about_suicide_are_named_where_a_device_and_its_safety_are_argued() -> None:
    for name in ("01-intended-purpose", "03-safety-case", "02-hazard-log"):
        assert "suicide, self-harm or overdose" in PACK[name], name


def test_the_pages_that_axe_looks_at_are_the_ones_that_are_named() -> None:
    """A test of another page makes the statement wrong, and whoever adds one puts it right."""
    looked = {
        path.name for path in Path(ROOT / "tests" / "browser").glob("test_*.py") if "axe" in path.read_text("utf-8")
    }
    assert looked == {f"test_{name}.py" for name in LOOKED_AT_BY_AXE}
    assert all(page in PACK["11-accessibility"] for pages in LOOKED_AT_BY_AXE.values() for page in pages)


def test_nobody_is_told_that_others_beyond_the_supported_fill_the_first_places() -> None:
    """The pack shows who is supported and whoever is in the first places, not so many others beside them."""
    wrong = re.compile(r"first (20|4|\{top\}|`rank\.top`) (\(20\) )?(other|of the other)", re.I)
    assert {name: found[0] for name, text in EVERYWHERE.items() if (found := wrong.search(text))} == {}
    assert wrong.search("the first 20 other adults") and wrong.search("the first `rank.top` (20) other adults")


def test_the_clocks_of_rights_are_named_wherever_people_are_told_of_rights() -> None:
    for name in ("governance.md", "06-dpia", "08-privacy-notice"):
        assert "30 days" in EVERYWHERE[name] and "serious" in EVERYWHERE[name], name
    assert "164A" in EVERYWHERE["governance.md"] and "164A" in PACK["08-privacy-notice"]


def test_police_are_named_as_recipients_of_what_they_are_shown() -> None:
    assert "police officers" in PACK["08-privacy-notice"]
    for what in ("ED attendances", "nights in a mental-health bed", "detentions and assessments"):
        assert what in PACK["07-law-enforcement"], what
    assert "health facts of people who are not supported left out" not in PACK["07-law-enforcement"]


def test_the_page_of_refusals_names_what_is_recorded_of_police_mentors() -> None:
    page = EVERYWHERE["position.md"]
    assert "police_mentor_present" in page and "no role, field or list" not in page


def test_the_range_of_the_matching_is_judged_alike_in_every_paper() -> None:
    judged = re.compile(r"[^.]*\btruth lies inside the range[^.]*\.")
    said = {name: found for name, text in PACK.items() if (found := judged.findall(text))}
    assert {"03-safety-case", "14-linkage-quality"} <= said.keys() and len(
        {one for own in said.values() for one in own}
    ) == 1
    assert "The truth lies inside on all of them." in section(
        "docs/benchmarks.md", "matching-the-review-queue-and-the-estimate"
    )
    assert [name for name, text in EVERYWHERE.items() if "three of four areas" in text.lower()] == []


def test_kills_of_a_backup_that_failed_stand_in_the_safety_case() -> None:
    (failed,) = re.findall(r"\d+ of \d+ kills and power cuts", section("docs/reliability.md", "killed-at-any-moment"))
    assert failed.split(" kills")[0] in PACK["03-safety-case"]


def test_a_lead_over_counting_is_said_to_be_of_the_worlds_that_chose_the_rule() -> None:
    lead = {name: text for name, text in EVERYWHERE.items() if re.search(r"\.200\b.{0,200}\.195\b", text)}
    assert {"questions.md", "02-hazard-log", "16-model-card-ranking", "17-transparency-record"} <= lead.keys()
    assert [
        name for name, text in lead.items() if "the rule was chosen" not in text and "it was chosen" not in text
    ] == []


def test_support_that_the_teams_list_starts_is_told_wherever_the_gate_is() -> None:
    for name in ("position.md", "04-deployment", "05-automated-decisions", "16-model-card-ranking"):
        assert re.search(r"start in the team's own list[^.]* is taken as", " ".join(EVERYWHERE[name].split())), name


def test_what_dtac_asks_of_the_supplier_goes_to_the_publisher_first() -> None:
    (dtac,) = (one for one in documents(FACTS, {}, {}) if one.name == "10-dtac")
    asked = {line.key.split(".")[1]: line.who for line in dtac.lines if line.kind == "fill"}
    assert all(asked[key].startswith("publisher of this copy") for key in ("cqc", "ico", "dspt", "cyber"))


def test_every_question_of_dtac_has_an_answer_or_a_place_under_its_number() -> None:
    """As the copies of version 2.0 number them (B62)."""
    asked = """A1 A2 A3 A4 A5 to A10 A11 A12 B1 B2 B3 B4 C1.1.1 C1.1.2 C1.2 C1.2.1 C1.2.2 C1.2.3 C1.2.4 C1.2.5
        C2.1 C2.2 C2.2.1 C2.2.2 C2.2.3 C2.2.4 C2.2.5 C2.2.6 C3.1 C3.2 C3.3 C3.4 C3.5 C3.5.1 C3.6
        C4.1 C4.2 to C4.2.3 C4.2.4 to C4.2.6 D1.1 D1.2 D1.3 D1.4 to D1.4.3 D1.5"""
    (dtac,) = (one for one in documents(FACTS, {}, {}) if one.name == "10-dtac")
    spans = re.compile(r"\b[A-D]\d+(?:\.\d+)*(?: to [A-D]\d+(?:\.\d+)*)?")
    given = {one for line in dtac.lines for one in spans.findall(line.label)}
    assert given == set(spans.findall(" ".join(asked.split())))


def test_ethnic_group_is_named_wherever_what_is_held_is_told() -> None:
    assert "ethnicity" in section("docs/data-dictionary.md", "s136_pathway")
    for name in ("06-dpia", "09-equality-impact", "17-transparency-record", "commissioner.md", "analyst.md"):
        assert "s136_pathway" in EVERYWHERE[name], name
    assert "your ethnic group, where" in PACK["08-privacy-notice"]


OFFICER_DECIDES = re.compile(
    r"(?<!advised by )(?<!advised by its )(?<!advised by their )(?:data protection officers?|DPO)(?:'s)? "
    r"(?:has |have |had |must )?(?:decid|decision|accept|approv|agreed?\b)",
    re.IGNORECASE,
)
"""An officer advises; purposes and risks are the controller's to decide (UK GDPR, Articles 35(2), 38(6), 39(1)(c))."""


def test_the_controller_decides_and_its_data_protection_officer_advises() -> None:
    kinds = ("docs/**/*.md", "*.md", "hiu/**/*.py", "hiu/**/*.toml", "hiu/**/*.j2", "hiu/**/*.typ", "pipelines/**/*.py")
    found = []
    for path in (path for kind in kinds for path in ROOT.glob(kind) if path.name != "CHANGELOG.md"):
        text = re.sub(r'["\s]*\n\s*(?:f?")?', " ", path.read_text(encoding="utf-8"))
        found += [(path.name, one[0]) for one in OFFICER_DECIDES.finditer(text)]
    assert found == []
    assert OFFICER_DECIDES.search("When the data protection officer has decided (docs/governance.md), add")
    assert OFFICER_DECIDES.search("if the data protection officer's decisions allowed it")


def test_no_place_that_is_the_controllers_is_the_officers_to_complete() -> None:
    own = {"06-dpia.advice", "07-law-enforcement.agreement"}
    lines = [line for one in documents(FACTS, {}, {}) for line in one.lines if line.kind == "fill"]
    officers = {line.key for line in lines if re.match(r"(force )?data protection officer", line.who)}
    assert officers == own and len(lines) > 60
    rows = [line for line in PAGES["governance.md"].splitlines() if line.endswith(" |")]
    assert [line for line in rows if line.split("|")[-2].strip().lower().startswith("data protection officer")] == []


def test_the_most_memory_of_a_million_rows_is_one_figure_everywhere() -> None:
    peaks, at = [0.0], []
    for line in section("docs/benchmarks.md", "the-monthly-run-on-a-million-rows").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        at = [n for n, cell in enumerate(cells) if cell.startswith("peak GB")] or (at if len(cells) > 2 else [])
        peaks += [float(cells[n]) for n in at if n < len(cells) and re.fullmatch(r"\d\.\d\d", cells[n])]
    for name in ("install.md", "questions.md", "scale.md", "10-dtac", "benchmarks.md"):
        text = EVERYWHERE[name] if name != "benchmarks.md" else PAGES[name].split("\n## ")[0]
        said = re.findall(
            r"(\d\.\d+)(?: GB|\]\(benchmarks)",
            " ".join(one for one in text.splitlines() if "million rows" in one or "1,000,821" in one),
        )
        assert said and {float(one) for one in said} == {max(peaks)}, (name, said)


def test_that_no_user_has_tried_it_is_said_where_it_is_asked() -> None:
    for text in (PAGES["position.md"], PACK["10-dtac"], PAGES["questions.md"]):
        assert re.search(r"no operator, chair, clinician[^.]*(tried|used) it", " ".join(text.split()))


def test_the_licence_has_no_terms_on_data() -> None:
    assert not re.search(r"\bdata\b", (ROOT / "LICENSE").read_text(encoding="utf-8"), re.IGNORECASE)


def test_what_a_release_may_change_is_promised_once() -> None:
    page = " ".join(PAGES["versioning.md"].split())
    assert "Until 1.0.0 a minor release may change what the table below calls stable" in page
    assert "from 1.0.0 on, a change of a default is a change of the major version" in page


def test_the_two_standards_of_clinical_safety_are_said_to_be_a_duty() -> None:
    for name in ("02-hazard-log", "03-safety-case", "04-deployment"):
        assert "must comply" in PACK[name] and "section 250" in PACK[name], name
    assert "must comply" in PAGES["questions.md"]


def test_people_told_of_a_breach_and_the_toolkit_are_named_beside_the_72_hours() -> None:
    breach = PAGES["governance.md"].split("\n## A breach")[1].split("\n## ")[0]
    assert all(word in breach for word in ("undue delay", "72 hours", "Article 34", "high risk", "Toolkit"))


def test_the_hazards_are_as_many_as_the_pages_count() -> None:
    (log,) = (one for one in documents(FACTS, {}, {}) if one.name == "02-hazard-log")
    hazards = sum(bool(re.match(r"H\d+ ", one.heading)) for one in log.sections)
    assert hazards == 15 and f"Add H{hazards + 1} and on" in PACK["02-hazard-log"]
    for name in ("questions.md", "adopting.md"):
        assert "fifteen hazards" in PAGES[name], name


def test_the_right_to_object_stands_apart_in_the_privacy_notice() -> None:
    """UK GDPR, Article 21(4): clearly, and separately from any other information."""
    (notice,) = (one for one in documents(FACTS, {}, {}) if one.name == "08-privacy-notice")
    (own,) = (one for one in notice.sections if "object" in one.heading)
    others = " ".join(line.text for one in notice.sections if one is not own for line in one.lines)
    assert "You may object" in " ".join(line.text for line in own.lines) and "may object" not in others
    assert "21(4)" in PAGES["governance.md"]


def test_codes_that_nothing_reads_are_named_as_such() -> None:
    lists = [*(ROOT / "hiu" / "sources").glob("*.toml"), ROOT / "hiu" / "publish" / "words" / "codes.py"]
    found = re.compile(r"\bICD|OPCS|dm\+d", re.IGNORECASE)
    assert len(lists) > 5 and [one.name for one in lists if found.search(one.read_text(encoding="utf-8"))] == []
    for text in (PACK["10-dtac"], PAGES["questions.md"]):
        assert "ICD-10, OPCS-4 and dm+d are read nowhere" in text


def test_the_time_for_a_breach_has_its_exception_wherever_it_stands() -> None:
    """UK GDPR, Article 33(1): not where a risk to people is unlikely."""
    bare = []
    for name, text in EVERYWHERE.items():
        flat = " ".join(text.split())
        near = [flat[max(0, one.start() - 300) : one.end() + 300] for one in re.finditer("72 hours", flat)]
        bare += [(name, one) for one in near if "breach" in one.lower() and "unlikely" not in one]
    assert bare == []


def test_a_rule_that_nobody_could_read_says_so() -> None:
    rules = [line for line in PAGES["definitions.md"].splitlines() if "Operational Guide, paragraph" in line]
    assert len(rules) >= 6 and [one for one in rules if "(not read here)" not in one] == []
    assert "Operational Guide, section" not in PAGES["definitions.md"]


def test_the_rights_in_the_example_crosswalks_are_told_in_one_wording() -> None:
    told = (
        "were typed by the project; what they were typed from is in part not on record, and whether anybody has a "
        "right in them is not settled"
    )
    texts = {name: " ".join(text.split()) for name, text in EVERYWHERE.items()}
    where = {name for name, text in texts.items() if told in text}
    assert where >= {"versioning.md", "places.md", "questions.md", "10-dtac"}
    assert [name for name, text in texts.items() if re.search("no list was copied", text, re.IGNORECASE)] == []
    page = texts["versioning.md"]
    assert "publisher of a copy settles" in page and "Open Government Licence" in page and "leave the two files" in page


def test_the_worksheet_of_hours_adds_up_and_counts_what_there_is() -> None:
    page = PAGES["adopting.md"]
    assert page.count("nobody measured one of them") == 1
    lines = page.split("every month after | hours, assumed |\n", 1)[1].split("\n\n")[0].splitlines()[1:]
    cells = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in lines]
    for column in (2, 4):
        parts = [tuple(map(int, row[column].split(" to "))) for row in cells]
        assert tuple(map(sum, zip(*parts[:-1], strict=True))) == parts[-1]
    low, high = map(int, cells[-1][2].split(" to "))
    assert f"{low / 7.5:.0f} to {high / 7.5:.0f} days of 7.5 hours" in page
    places = [line for one in documents(FACTS, {}, {}) for line in one.lines if line.kind == "fill"]
    safety = sum(line.who.startswith("clinical safety officer") for line in places)
    assert f"{len(places)} places to complete" in page and f"{safety} of them the clinical safety" in page
    columns = sum(len(source.fields) + len(source.facts) for source in load_sources().values())
    assert f"At most {columns} columns of seven extracts" in page and len(load_sources()) == 7
