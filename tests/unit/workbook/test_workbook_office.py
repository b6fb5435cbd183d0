"""The workbook opened and saved again by LibreOffice: nothing is lost, and it is taken in."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import publish_frames as frames
import pytest
import workbook_kit as kit
from workbook_kit import Edited, at, changed, made

from hiu.model.meeting import CHOICES
from hiu.publish.words.terms import ENTERED
from hiu.publish.workbook.back.judge import judge
from hiu.publish.workbook.back.returned import read_back

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def saved_again(data: bytes, folder: Path) -> bytes:
    """The file as LibreOffice writes it after opening it."""
    assert OFFICE
    source, out = folder / "workbook.xlsx", folder / "out"
    source.write_bytes(data)
    subprocess.run(
        [
            OFFICE,
            "--headless",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(out),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (out / "workbook.xlsx").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_keeps_the_drop_downs_and_the_copy_is_taken_in(tmp_path: Path) -> None:
    names = (*frames.HOSTILE[:4], "=1+1", "_x0041_ \u00e9\u4e2d")
    tables = frames.published(6, dict(zip(frames.IDS, names, strict=True)))
    data = Edited(made(tables)).put(at("likelihood_clinical"), 4).put(at("impact_clinical"), 5)
    data.put(at("notes"), "=1+1 is text").put(at("next_review"), "2026-06-01").put(at("consent", 7), "given")
    data.put(at("consent_at", 7), "2026-03-02")
    again = saved_again(data.file(), tmp_path)

    copy = read_back(again, "workbook.xlsx", kit.KEY)
    verdict = judge(copy, kit.entries())
    assert verdict.summary == "6 changes, 0 conflicts, 0 refused", (verdict.refused, verdict.notes)
    assert (at("consent", 7), "", "given") in changed(verdict)

    parts = Edited(again).parts
    sheet = parts["xl/worksheets/sheet3.xml"].decode("utf-8")
    for field, words in CHOICES.items():
        if field in ENTERED:
            rule = re.search(rf'<dataValidation [^>]*sqref="{at(field)}:[A-Z]+11"[^>]*>.*?</dataValidation>', sheet)
            assert rule and ",".join(words) in rule[0], field
    assert re.search(rf'<dataValidation [^>]*sqref="{at("next_review")}:[A-Z]+11" type="date"', sheet)
    assert '<sheet name="_meta" sheetId="7" state="hidden"' in parts["xl/workbook.xml"].decode("utf-8")
    chart = next(part for name, part in parts.items() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)).decode("utf-8")
    assert chart.count("<c:ser>") == 9
