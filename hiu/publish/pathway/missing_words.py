"""Words of the papers about people missing from hospital: codes as people read them, in the order they stand in."""

from hiu.publish.board.paper import ROUNDED_NOTE
from hiu.publish.pathway.desk_words import ANSWERS, NOT_RECORDED

KINDS = {
    "absconded": "Absconded",
    "failed_to_return_from_leave": "Did not return from leave",
    "walked_out": "Walked out",
    "missing_from_ed": "Missing from ED",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
RISKS = {
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "no_apparent": "No apparent risk",
    NOT_RECORDED: "Not recorded",
}
FOUND_BY = {
    "police": "Police",
    "hospital": "Hospital staff",
    "returned": "Came back by themselves",
    "family": "Family or friends",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
SITE_BY = {"report": "The report names it", "bed": "By the bed of that night", NOT_RECORDED: "Not known"}
POOR = {"yes": "Poor", "no": "Not poor", NOT_RECORDED: "Not known"}
PACKS = ANSWERS
LEGS = {
    "to_report": "Last seen to report",
    "missing": "Report to found",
    "return_interview": "Found to return interview",
}
NOTES = (
    ROUNDED_NOTE,
    "An episode is counted once, in the month in which it was reported. It is never demand, and bears on nobody's"
    " place on the list.",
    "The site is the one that the report names, else that of the bed the person had that night. Sites stand in the"
    " order of their names. A site outside the limits differs by more than chance would explain, and that is a question"
    " and no verdict: sites differ in whom they care for.",
    "Poor reporting: the report was incomplete, or came more than 60 minutes after the person was last seen. Where"
    " that is not recorded it is not known, and is neither.",
    "A time that is missing or out of order is not known; it is never nought.",
)
