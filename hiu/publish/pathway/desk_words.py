"""Words of the desk's papers: its codes as people read them, in the order in which they stand."""

from hiu.publish.board.paper import ROUNDED_NOTE

NOT_RECORDED = "not recorded"
"""The value of what a row does not say."""
DAYS = {str(number): name for number, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1)}
BAND = 3
"""Hours that stand together on the heat map: single hours of a month would nearly all be too small to be shown."""
HOURS = {f"{hour:02}": f"{hour:02}-{(hour + BAND) % 24:02}" for hour in range(0, 24, BAND)}
CALLS = {
    "concern_for_welfare": "Concern for welfare",
    "missing_person": "Missing person",
    "suicidal": "Suicidal",
    "assist_other_services": "Assist other services",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
AREAS = {
    "banes": "BaNES",
    "bristol": "Bristol",
    "north_somerset": "North Somerset",
    "somerset": "Somerset",
    "south_gloucestershire": "South Glos",
    "outside": "Outside",
    NOT_RECORDED: "Not recorded",
}
PURPOSES = {"present": "Present", "mitigated": "Mitigated since", "absent": "Absent", NOT_RECORDED: "Not recorded"}
ANSWERS = {"yes": "Yes", "no": "No", NOT_RECORDED: "Not recorded"}
SHARES = {
    "deployed": "Somebody sent",
    "attended": "Somebody arrived",
    "without_deployment": "Closed, nobody sent",
    "mhrv_used": "Response vehicle used",
}
LEGS = {"first_health_contact": "First contact with health staff", "closure": "Closure of the log"}
WAYS = {"link_officer_to_desk": "Link officer to desk", "desk_to_link_officer": "Desk to link officer"}
SCOPES = {"in": "In scope", "out": "Out of scope", "unknown": "Not known"}
REQUESTS = {
    "mhrv": "Response vehicle",
    "safety_plan": "Safety plan",
    "information": "Information",
    "urgent_assessment": "Urgent assessment",
    "s136_advice": "Section 136 advice",
    "police_attendance": "Police attendance",
    "options": "Options",
    NOT_RECORDED: "Not recorded",
}
REASONS = {
    "clear_need": "Clear need",
    "not_in_scope": "Not in scope",
    "outside_area": "Outside the area",
    "not_mental_health": "Not mental health",
    "no_clear_need": "No clear need",
    "no_consent": "No consent",
    "no_policing_purpose": "No policing purpose",
    "capacity": "No capacity",
    "other": "Other",
    NOT_RECORDED: "Not recorded",
}
SHADED = "Logs by weekday and hour"
HEAT = frozenset({SHADED, "Logs by call type and area", "Logs by call type and hour", "Logs by area and weekday"})
"""Tables that are shaded."""
NOTES = (
    ROUNDED_NOTE,
    "A log is counted once, in the month in which it was opened. One that is a police incident too is demand"
    " there, once.",
    "What is not recorded is not known: it is neither a yes nor a no, and shares are of all logs.",
    "Every figure is of one calendar month, and each month is decided as its own report decided it. A month that was "
    "not supplied is missing, not zero.",
)
WHY = {
    "outside_area": "outside the area",
    "not_mental_health": "not about mental health",
    "no_risk_or_consent": "neither a risk nor consent",
    "no_policing_purpose": "no policing purpose",
    "no_clear_risk": "no clear risk",
    "outside_protocol": "outside the protocol",
    "in_place_of_999": "in place of a 999 call",
}
