"""docs/api.md is made from the docstrings, says something of everything, and its examples run."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import hiu
from pipelines.run import Outcome
from pipelines.setup.api import CLASSES, TARGET, api, public


def test_the_page_is_the_docstrings() -> None:
    assert TARGET.read_text(encoding="utf-8") == api(), "run: python -m pipelines.setup.api"


@pytest.mark.parametrize("one", [one for _, one in CLASSES], ids=lambda one: one.__name__)
def test_everything_public_says_what_it_is(one: type) -> None:
    silent = [
        name
        for name, what in public(one)
        if (inspect.isfunction(what) or isinstance(what, property)) and not inspect.getdoc(what)
    ]
    assert inspect.getdoc(one) and silent == []


def test_the_examples_run(area: Path, published: Outcome) -> None:
    site = hiu.open(area)
    known = {"site": site, "run": site.latest, "hiu": hiu}
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner()
    for _, one in CLASSES:
        for test in finder.find(one, globs=dict(known)):
            runner.run(test)
    assert runner.tries >= 15 and runner.failures == 0
