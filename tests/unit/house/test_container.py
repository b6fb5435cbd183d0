"""The container file: an ordinary user, one volume, nothing of a checkout but the wheelhouse, no network to build."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LINES = re.sub(r" *\\\n *", " ", (ROOT / "Containerfile").read_text(encoding="utf-8")).splitlines()
STEPS = [line.split(maxsplit=1) for line in LINES if line and not line.startswith("#")]


def given(word: str) -> list[str]:
    return [rest for step, rest in STEPS if step == word]


def test_it_runs_as_an_ordinary_user_who_owns_the_one_volume() -> None:
    assert given("USER") == ["10001:10001"] and given("VOLUME") == ["/site"]
    last = max(at for at, (step, _) in enumerate(STEPS) if step in ("RUN", "COPY"))
    assert [step for step, _ in STEPS[last:]].count("USER") == 1, "nothing is done as another user after it"
    assert any("install -d -o hiu -g hiu -m 700 /site" in line for line in given("RUN"))


def test_it_is_built_of_the_wheelhouse_alone_and_asks_no_network() -> None:
    assert given("ADD") == [] and [line.split()[-2] for line in given("COPY")] == ["dist/wheelhouse-linux", "/opt/hiu"]
    assert not re.search(r"apt|curl|wget|https?:|--index-url", " ".join(given("RUN")))
    assert "--no-index" in given("RUN")[0] and "--require-hashes" in given("RUN")[0]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in ignored if not line.startswith("#")] == ["*", "!dist/wheelhouse-linux"]
