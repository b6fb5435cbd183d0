"""What a file, a name, a setting or a person wrote can hold control characters; none of them reaches a terminal."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from hiu.errors import HiuError
from hiu.plain import plain
from hiu.site.show.cards import Card
from hiu.site.show.finding import Finding
from hiu.site.show.listing import Listing
from pipelines.cli import app
from pipelines.common import answer
from pipelines.common.progress import Reporter, out

STEERING = {
    "clear the screen": "\x1b[2J", "move up and overwrite": "\x1b[1A\rall is well", "title": "\x1b]0;owned\x07",
    "8-bit escape": "\x9b31m", "clipboard": "\x1b]52;c;ZXZpbA==\x07", "link": "\x1b]8;;http://evil.example\x07x",
    "backspace": "wrong\b\b\b\b\bright", "carriage return": "refused\rloaded ", "bell": "\a", "null": "a\x00b",
    "delete": "\x7f", "vertical tab": "a\vb", "form feed": "a\fb", "shift out": "\x0e",
    "right to left": "\u202ecod.exe", "isolate": "\u2066abc\u2069", "mark": "\u200e\u200f",
    "line separator": "a\u2028b", "paragraph": "a\u2029b", "next line": "a\x85b", "tag characters": "\U000e0041",
    "byte order mark": "\ufeff", "private": "\ue000",
}  # fmt: skip
KINDS = sorted(STEERING)


def steers(text: str) -> list[str]:
    """Characters left in a text that a terminal could obey, or that hide."""
    return [one for one in text if one not in "\n\t" and unicodedata.category(one) in ("Cc", "Cf", "Co", "Zl", "Zp")]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_plain(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    out(f"refused: {STEERING[kind]}.csv")
    with answer.gathered() as held:
        out(STEERING[kind])
        held.show()
    shown = capsys.readouterr().out
    assert shown.startswith("refused: ") and ".csv" in shown and steers(shown) == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_and_progress_are_plain(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise HiuError(f"{STEERING[kind]}: not a file")

    monkeypatch.setattr("pipelines.setup.area.make_area", fail)
    found = CliRunner().invoke(app, ["synth", "anywhere"])
    told = io.StringIO()
    Reporter(console=Console(file=told)).say(STEERING[kind])
    assert found.exit_code == 1 and "not a file" in found.stderr and steers(found.stderr) == []
    assert steers(told.getvalue()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_library_prints_is_plain(kind: str) -> None:
    """A name or a note in a Python console, which is a terminal too."""
    frame = pl.DataFrame({"note": [STEERING[kind]]})
    for shown in (Card(STEERING[kind], {"name": STEERING[kind]}), Listing(frame), Finding("t", [STEERING[kind]], {})):
        text = shown.text() if isinstance(shown, Card) else repr(shown)
        assert steers(text.replace("…", "")) == []


def test_what_is_no_threat_stays_as_it_is() -> None:
    for text in ("Ngũgĩ wa Thiong’o", "Zoë\n\tO'Brien", "naïve\u00adly", "می\u200cخواهم", "👩\u200d⚕️ 12 → 15"):
        assert plain(text) == text


def test_a_file_s_name_in_the_raw_folder(area: Path, tmp_path: Path) -> None:
    """A delivery that no source takes is named by 'hiu status', whoever named it."""
    raw = tmp_path / "raw"
    raw.mkdir()
    try:
        (raw / "x\x1b[2J\rnothing here.txt").write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this system allows no such file name")
    line = ["status", "--site", str(area), "--raw", str(raw), "--curated", str(tmp_path / "c")]
    found = CliRunner().invoke(app, line)
    assert "nothing here" in found.stdout and steers(found.stdout) == []
