"""Words of the papers about offers short of detention: codes as people read them, in the order they stand in."""

from hiu.publish.board.paper import ROUNDED_NOTE
from hiu.publish.pathway.desk_words import NOT_RECORDED

SERVICES = {
    "triage_car": "Triage car",
    "street_triage": "Street triage",
    "crisis_cafe": "Crisis cafe",
    "advice_line": "Advice line",
    "signpost": "Signposting",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
OFFERED = {"yes": "Something was offered", "no": "Nothing was offered", "unknown": "Not known"}
TAKEN_UP = {"yes": "Taken up", "no": "Not taken up", "unknown": "Not known"}
WAS_USED = {"yes": "Used", "no": "Not used", "unknown": "Not known"}
REFERRED = {"yes": "Referred on", "no": "Not referred on", NOT_RECORDED: "Not recorded"}
NOTES = (
    ROUNDED_NOTE,
    "An offer is counted once, in the month in which it was made. It is never demand, and bears on nobody's place on"
    " the list. Somebody who did not take one made a choice, which counts for or against nobody.",
    "Whether an offer avoided a detention is not counted: nobody can know it. 'Used' is of those contacts at which"
    " section 136 was considered.",
    "What is not recorded is not known: it is in no column but its own, though shares are of all offers.",
    "Contacts after an offer stand beside those of people who had not been offered anything by then, had a contact too,"
    " and were as likely to be offered something by their contacts before. The two can differ in much that no record"
    " has, such as why an offer was made. The difference does not show cause.",
)
