"""Count: from rows and people to demand per person, month and data set, by the SQL of hiu/sql."""

from hiu.engine.inputs import calendar, counting, stay_rules
from hiu.engine.meeting import meeting_facts
from hiu.engine.pathway import build_pathway
from hiu.engine.steps import AFTER_LINK, BEFORE_LINK, build_all
from pipelines.common.work import Work


def identify(work: Work) -> None:
    """Which deliveries count for the month, and the distinct ways people are described in them."""
    build_all(work.warehouse, BEFORE_LINK, work.month, work.place.settings.counting)


def count_demand(work: Work) -> None:
    """Trace every row to a person and count each person's months."""
    toggles, sources = work.place.settings.counting, work.place.sources
    work.warehouse.put("counting", counting(sources, toggles.datasets))
    work.warehouse.put("calendar", calendar(sources, work.warehouse.read("deliveries"), work.month))
    work.warehouse.put("stay_rule", stay_rules(sources))
    facts = meeting_facts(work.warehouse.read("meeting_entry"), work.warehouse.read("aliases"), work.month)
    work.warehouse.put("meeting_fact", facts)
    build_all(work.warehouse, AFTER_LINK, work.month, toggles, made=work.notes.pop("made", ()))
    build_pathway(work.warehouse, sources, work.month)
