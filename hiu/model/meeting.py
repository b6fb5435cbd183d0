"""What a meeting may record about a person (`meeting_entry`): scores, gates, decisions, actions, and their words."""

SCORES = ("likelihood_clinical", "impact_clinical", "likelihood_public_safety", "impact_public_safety")
"""1 to 5; clinical and public-safety apart, never averaged (G43)."""

GATES = ("permission", "consent", "capacity")
"""Before support may start (G20-22): lead clinician permission, consent, and capacity for this decision."""

GATE_DATES = {gate: f"{gate}_at" for gate in GATES}
"""The field that holds the day on which a gate was given: a gate without its day opens nothing."""

DATED_FACTS = {"notice_at": "notice", "plan_at": "plan", "plan_review_at": "plan_review"}
"""The field that holds the day of something the register keeps by its date alone, and that fact: an overdue one is
cleared by recording its day."""

GRADINGS = {"clinical": SCORES[:2], "public_safety": SCORES[2:]}
"""The likelihood and the impact that make up each owner's grading; half of one is no grading."""

CAPABLE, BEST_INTERESTS = "has capacity", "lacks capacity: best-interests decision"
REVIEWED = "reviewed"
"""A capacity review whose outcome is not recorded, as older records and lists of dates alone have it: opens nothing."""

STARTING = "Start support"
ENDING = ("Support ended by the person", "Support ended by agreement")

CHOICES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(SCORES, ("1", "2", "3", "4", "5")),
    "permission": ("granted", "not granted"),
    "consent": ("given", "refused", "withdrawn"),
    "capacity": (CAPABLE, BEST_INTERESTS, "lacks capacity", "review needed"),
    "decision": (
        "Offer support",
        STARTING,
        "Continue support",
        "Wait and review",
        "Refer to another service",
        "Person does not want support",
        *ENDING,
    ),
    "action_done": ("yes",),
}
"""The words a field takes; others are free text or dates. No decision among them changes a rank."""

NEEDED_TO_START = {"permission": ("granted",), "capacity": (CAPABLE, BEST_INTERESTS), "consent": ("given",)}
"""What must be on record before a decision to start support is taken (G20-22). A best-interests decision never
stands in for consent: of somebody who lacks capacity only an attorney or a deputy can give it."""

_DATED_GATES = tuple(name for pair in GATE_DATES.items() for name in pair)
MEETING_FIELDS = (*SCORES, *_DATED_GATES, *DATED_FACTS, "decision", "owner", "next_review", "notes")

ACTION_FIELDS = ("action", "action_owner", "action_due", "action_done")
