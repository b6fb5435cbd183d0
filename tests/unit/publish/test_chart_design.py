"""The committed chart template is what Altair builds and validates."""

from importlib import resources

from hiu.publish.charts.design import text


def test_the_committed_template_is_the_validated_design() -> None:
    committed = (resources.files("hiu.publish") / "templates" / "chart.json").read_text(encoding="utf-8")
    assert committed == text(), "run: python -m hiu.publish.charts.design"
