"""The committed chart template is what Altair builds and validates."""

from importlib import resources

from hiu.publish.charts.design import design, text
from hiu.publish.charts.template import template


def test_the_committed_template_is_the_validated_design() -> None:
    committed = (resources.files("hiu.publish") / "templates" / "chart.json").read_text(encoding="utf-8")
    assert committed == text(), "run: python -m hiu.publish.charts.design"


def test_both_templates_are_as_altair_validated_them() -> None:
    assert template(split=False) == design(split=False)
    assert template(split=True) == design(split=True)
