"""The live meeting in Chromium: entries by keyboard alone, hostile names, axe, widths, and no other request."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import pypdf
import pytest
from areakit import run
from meet_kit import Caller, entries, meeting
from test_pack_hostile import FOREIGN, TAGS, hostile
from wcag_kit import by_rule, keyboard_faults, narrow_faults, spacing_faults

from hiu.govern.audit import read
from pipelines.common.place import Place

READY = "#entry-fields"


def wider(place: Place, top: int = 6) -> Place:
    """The site with more people in its pack."""
    rank = place.settings.rank.model_copy(update={"top": top})
    return replace(place, settings=place.settings.model_copy(update={"rank": rank}))


@pytest.fixture
def opened_meeting(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open the address of a meeting in a browser of its own; what it asked for and said is kept."""
    contexts = []

    def open_(caller: Caller, *, width: int = 1366, height: int = 768, **more: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **more)
        context.set_default_timeout(120_000)  # a busy machine is no fault of the page
        contexts.append(context)
        page = context.new_page()
        page.asked, page.said = [], []
        context.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(caller.address)
        page.wait_for_selector("html.ready", state="attached")
        caller.secret = page.evaluate("localStorage.getItem('hiu_meeting')")
        assert context.cookies() == []
        return page

    yield open_
    for context in contexts:
        context.close()


def kept(page: Any, words: str) -> str:
    """What is said to be kept, once it is about this."""
    return str(page.wait_for_selector(f"#kept:has-text('{words}')").inner_text())


def next_person(page: Any) -> str:
    """The next on the list by keyboard, the form open and the first field in focus."""
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_selector(READY)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.field") == "decision"
    return str(page.get_attribute("#entry-title", "data-id"))


@pytest.mark.parametrize("count", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_entries_by_keyboard_are_in_records_audit_new_pack_and_minutes(
    count: int, place_after: Place, opened_meeting: Callable[..., Any]
) -> None:
    place, seen = wider(place_after, count + 5), []
    with meeting(place) as caller:
        page = opened_meeting(caller)
        for turn in range(count):
            page.evaluate("document.activeElement.blur()") if turn == 0 else page.keyboard.press("Escape")
            page.keyboard.press("j")
            page.wait_for_selector(READY)
            page.keyboard.press("Enter")
            person = str(page.get_attribute("#entry-title", "data-id"))
            page.keyboard.type("Offer")
            page.keyboard.press("Tab")
            page.keyboard.type(f"Worker {turn}")
            page.keyboard.press("Control+s")
            assert kept(page, person).startswith("Saved ")
            assert page.evaluate("document.activeElement.dataset.field") == "owner", "the form keeps its place"
            seen.append(person)
        page.keyboard.press("Escape")
        page.focus("[data-room=ending]")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("Ann Chair")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#ending-said:has-text('ended')")
        assert page.said == [] and all(url.startswith(f"http://{caller.host}/") for url in page.asked)
    rows = entries(place)
    assert rows.filter(field="decision")["person_id"].to_list() == seen and len(set(seen)) == count
    assert rows.filter(field="owner")["value"].to_list() == [f"Worker {turn}" for turn in range(count)]
    events = [entry["event"] for entry in read(place.audit)]
    assert sum(event["type"] == "meeting_recorded" and event["by"].startswith("A. Chair") for event in events) == count
    folder = run(place).published
    assert folder
    minutes = pypdf.PdfReader(io.BytesIO((folder / "minutes.pdf").read_bytes()))
    text = " ".join(page.extract_text() for page in minutes.pages)
    pack = (folder / "pack.html").read_text(encoding="utf-8")
    for turn, person in enumerate(seen):
        assert f"Worker {turn}" in pack and person in text and f"Worker {turn}" in " ".join(text.split())


@pytest.fixture
def poisoned(place_after: Place, opened_meeting: Callable[..., Any]) -> Iterator[tuple[Any, Caller]]:
    """A meeting about people whose names are hostile."""
    place = wider(place_after)
    path = place.which(None)[1] / "people.parquet"
    people = pl.read_parquet(path)
    people.with_columns(name_text=pl.Series([hostile(people.height)[k] for k in range(people.height)])).write_parquet(
        path
    )
    with meeting(place) as caller:
        yield opened_meeting(caller, width=1920, height=1080), caller


def test_hostile_names_do_nothing_in_any_room(poisoned: tuple[Any, Caller]) -> None:
    page, caller = poisoned
    person = None
    for text in ("<video src=x onerror=window.pwned=1>", "</textarea><details open ontoggle=window.pwned=1>"):
        page.keyboard.press("j")
        page.wait_for_selector(READY)
        page.fill("#entry [data-field=notes]", text)
        page.keyboard.press("Control+s")
        person = str(page.get_attribute("#entry-title", "data-id"))
        kept(page, person)
        assert page.input_value("#entry [data-field=notes]") == text
        page.keyboard.press("Escape")
    page.click("[data-room=matches]")
    page.wait_for_selector(".pair-of")
    foreign = FOREIGN - {"TEXTAREA"}
    assert not set(page.evaluate(TAGS)) & foreign and page.evaluate("typeof window.pwned") == "undefined"
    page.click("[data-room=pack]")
    page.click("#hide")
    page.wait_for_selector(READY)
    assert "window.pwned" not in page.evaluate("document.getElementById('entry').outerHTML"), (
        "notes hide with the names"
    )
    assert page.said == [] and all(url.startswith(f"http://{caller.host}/") for url in page.asked)


def test_two_windows_and_what_was_typed_and_not_saved(place_after: Place, opened_meeting: Callable[..., Any]) -> None:
    with meeting(wider(place_after)) as caller:
        page = opened_meeting(caller)
        person = next_person(page)
        other = page.context.new_page()
        other.goto(f"http://{caller.host}/#person={person}")
        other.wait_for_selector("#entry-fields")
        page.keyboard.type("Offer")
        page.keyboard.press("Control+s")
        kept(page, "Saved")
        other.select_option("#entry [data-field=decision]", "Wait and review")
        other.keyboard.press("Control+s")
        assert kept(other, "NOT SAVED") and "recorded 'Offer support'" in other.inner_text("#refusals")
        assert other.input_value("#entry [data-field=decision]") == "Offer support", "the newer state"
        other.close()
        page.fill("#entry [data-field=owner]", "half typed")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        assert person in kept(page, "NOT SAVED")
        page.keyboard.press("k")
        page.wait_for_selector(READY)
        assert page.input_value("#entry [data-field=owner]") == "half typed", "kept in its form"
        page.keyboard.press("Control+s")
        kept(page, "Saved")
        page.click("#undo")
        kept(page, "Undone")
        assert page.input_value("#entry [data-field=owner]") == ""
        page.fill("#entry [data-field=owner]", "left at once")
        for key in ("Control+s", "Escape", "j"):
            page.keyboard.press(key)
        assert person in kept(page, "Saved"), "an entry is kept though its form was left at once"
        page.wait_for_selector(READY)
        assert (
            person != page.get_attribute("#entry-title", "data-id")
            and page.input_value("#entry [data-field=owner]") == ""
        )


def test_what_was_typed_stays_when_something_else_is_saved(
    place_after: Place, opened_meeting: Callable[..., Any]
) -> None:
    with meeting(wider(place_after)) as caller:
        page = opened_meeting(caller)
        person = next_person(page)
        notes, new = "#entry [data-field=notes]", "[data-action=new] [data-field=action]"
        page.fill(notes, "half typed")
        page.fill(new, "Ask for a bed")
        page.click("text=Add the action")
        page.wait_for_selector("legend:has-text('Ask for a bed')")
        assert page.input_value(notes) == "half typed" and page.input_value(new) == ""
        page.fill(new, "Half an action")
        page.fill("[data-action='0'] [data-field=action_owner]", "Ward")
        page.click("text=Undo the last entry")
        kept(page, "Undone")
        assert page.input_value(notes) == "half typed" and page.input_value(new) == "Half an action"
        page.click("#hide")
        page.wait_for_selector(f"{notes}:disabled")
        page.click("#hide")
        page.wait_for_selector(f"{notes}:enabled")
        assert page.input_value(notes) == "half typed" and page.input_value(new) == "Half an action"
        page.focus(notes)
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        assert person in kept(page, "NOT SAVED")
        page.wait_for_selector(READY)
        page.keyboard.press("k")
        page.wait_for_selector(READY)
        assert page.input_value(new) == "Half an action"
        page.click("[data-room=ending]")
        page.click("#end")
        page.wait_for_selector("#ending-said:has-text('not saved')")


def test_a_conflict_about_an_action_is_settled(place_after: Place, opened_meeting: Callable[..., Any]) -> None:
    with meeting(wider(place_after)) as caller:
        page = opened_meeting(caller)
        person = next_person(page)
        page.fill("[data-action=new] [data-field=action]", "Ask for a bed")
        page.click("text=Add the action")
        page.wait_for_selector("legend:has-text('Ask for a bed')")
        version = caller.do("state", person=person)["state"]["version"]
        other = {"action": "Ask for a bed", "action_owner": "Ward", "action_due": "", "action_done": ""}
        caller.do("save", person=person, version=version, values={}, action=other)
        page.fill("[data-action='0'] [data-field=action_owner]", "Clinic")
        page.click("text=Save this action")
        page.click("text=Record what was typed")
        kept(page, "Saved")
        assert caller.do("state", person=person)["state"]["actions"][0]["action_owner"] == "Clinic"


@pytest.mark.parametrize(
    ("scheme", "width", "height"),
    [
        ("light", 1366, 768),
        pytest.param("dark", 1920, 1080, marks=pytest.mark.slow),
        pytest.param("dark", 1366, 768, marks=pytest.mark.slow),
        pytest.param("light", 1920, 1080, marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_in_any_room(
    scheme: str, width: int, height: int, place_after: Place, opened_meeting: Callable[..., Any]
) -> None:
    axe = pytest.importorskip("test_pack_access", reason="axe-playwright-python is not installed")
    with meeting(wider(place_after)) as caller:
        page = opened_meeting(caller, width=width, height=height, color_scheme=scheme, bypass_csp=True)
        next_person(page)
        assert axe.violations(page) == []
        boxes = "[document.documentElement, ...document.querySelectorAll('#rows, #pane, #entry')]"
        assert max(page.evaluate(f"() => {boxes}.map(one => one.scrollWidth - one.clientWidth)")) <= 1
        for room in ("matches", "returned", "ending"):
            page.click(f"[data-room={room}]")
            page.wait_for_selector(".pair-of" if room == "matches" else f"#{room}")
            assert axe.violations(page) == [], room


def test_it_stands_up_to_what_axe_does_not_ask(place_after: Place, opened_meeting: Callable[..., Any]) -> None:
    """WCAG 2.2, with a form open: targets, keyboard, focus, spaced text, twice the size, 320 pixels."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    with meeting(wider(place_after)) as caller:
        page = opened_meeting(caller, bypass_csp=True)
        next_person(page)
        for rule in ("target-size", "label-content-name-mismatch"):
            assert by_rule(page, rule) == []
        assert keyboard_faults(page) == []
        for width, height in ((683, 384), (320, 512)):
            page.set_viewport_size({"width": width, "height": height})
            assert narrow_faults(page) == [], width
        page.set_viewport_size({"width": 1366, "height": 768})
        assert spacing_faults(page) == []
