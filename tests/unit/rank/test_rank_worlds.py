"""The bench of simulated worlds in small: the product's rank leads, and labels rarely cry wolf."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture(scope="module")
def worlds() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "bench" / "rank_worlds.py"
    spec = importlib.util.spec_from_file_location("rank_worlds", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_default_is_ahead(worlds: ModuleType) -> None:
    found = {rule: np.mean(list(by.values())) for rule, by in worlds.captures(20, 7).items()}
    assert found["default"] > found["12-month count"] > found["last month"] > found["cost weighted"]
    assert found["default"] < found["ceiling"]


@pytest.mark.slow
def test_labels_raise_few_false_flags(worlds: ModuleType) -> None:
    raised = {rule: np.mean(flags) for rule, flags in worlds.false_flags(60, 7).items()}
    assert 0.5 <= raised["labels"] <= 2.5
    assert raised["labels"] < raised["XmR rules"] < raised["last month +/-50%"]


def test_labels_find_real_changes(worlds: ModuleType) -> None:
    found = worlds.detection(5, 7)
    assert found["x2"] < found["x4"] < found["x8"] and found["x8"] > 0.85
