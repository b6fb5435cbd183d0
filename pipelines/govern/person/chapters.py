"""What every table of the model is in a person's file: its chapter and title, or why it holds nothing about a person.

A table that is in neither list fails a test, so a new one is looked at before anybody's file lacks it.
"""

RECEIVED, MATCHED, COUNTED, PATHWAY, LISTS, MEETINGS, RIGHTS = (
    "What was received",
    "Who you were taken to be, and why",
    "What was counted",
    "The crisis pathway",
    "Lists you were on",
    "What meetings and teams recorded",
    "Your rights, and what was shared",
)

TABLES_OF: dict[str, tuple[str, str]] = {
    "record": (RECEIVED, "Rows received from agencies, as they count now"),
    "received_row": (RECEIVED, "Rows that were put right since, as they were received"),
    "fact": (RECEIVED, "Dated entries of the team's register"),
    "quarantine": (RECEIVED, "Rows of yours that were set aside, and why"),
    "links": (MATCHED, "What became of each row, and how it was joined to you"),
    "identity": (MATCHED, "Ways in which you are described"),
    "descriptions": (MATCHED, "Ways in which you are described, as published"),
    "cluster": (MATCHED, "Which descriptions are held to be you, and what joined them"),
    "people": (MATCHED, "You, as published"),
    "aliases": (MATCHED, "Ids you had before"),
    "decisions": (MATCHED, "What reviewers decided about descriptions of yours"),
    "second_opinions": (MATCHED, "What second reviewers said of descriptions of yours"),
    "review_queue": (MATCHED, "Pairs that a reviewer is asked about"),
    "review_evidence": (MATCHED, "How such pairs agree, field by field"),
    "review_pair": (MATCHED, "Pairs that a reviewer is asked about (working copy)"),
    "pair_score": (MATCHED, "Pairs of descriptions that were compared"),
    "record_identity": (MATCHED, "The description of each row (working copy)"),
    "person_ledger": (MATCHED, "Who each description was, month by month"),
    "conflicts": (MATCHED, "Where sources contradict each other about you"),
    "monthly_demand": (COUNTED, "Your months: contacts and bed nights"),
    "monthly_extra": (COUNTED, "Your months: what is shown beside the counts"),
    "missing_count": (COUNTED, "Months of yours for which no number could be used, and why"),
    "timeline": (COUNTED, "Your contacts and stays in order"),
    "traits": (COUNTED, "Your age band, your household's number and who saw you first, as people are counted by them"),
    "stay": (COUNTED, "Your stays in a bed"),
    "address_demand": (COUNTED, "Ambulance calls to an address of yours"),
    "desk_log": (PATHWAY, "Logs about you that the control-room desk looked at"),
    "referral": (PATHWAY, "Referrals between police and the mental-health desk about you"),
    "desk_scope": (PATHWAY, "Whether each of these referrals was in scope"),
    "desk_exception": (PATHWAY, "Where a log or referral about you did not keep to the desk's procedure"),
    "desk_incident": (PATHWAY, "Logs about you that are a police incident too"),
    "missing_episode": (PATHWAY, "Reports that you were missing from hospital, as they were sent"),
    "missing_judged": (PATHWAY, "Each of these reports, once, with its site and times"),
    "bed_site": (PATHWAY, "Your ward stays under the name of their ward"),
    "site_night": (PATHWAY, "Your nights in a bed of each ward"),
    "plan_version": (PATHWAY, "Versions of your plan: which contents it has, never its words"),
    "record_entry": (PATHWAY, "Entries in your record, never their words"),
    "support_contact": (PATHWAY, "Contacts of the support team with you"),
    "incident": (PATHWAY, "Incidents and complaints about you, as they were sent"),
    "action": (PATHWAY, "Actions of meetings about you"),
    "plan_exception": (PATHWAY, "What is to be put right about your plan"),
    "record_exception": (PATHWAY, "Contacts and entries of yours to be put right"),
    "incident_judged": (PATHWAY, "Each of these incidents, once"),
    "leg": (PATHWAY, "How long each part of these took"),
    "latest": (COUNTED, "What became of each row (working copy)"),
    "event": (COUNTED, "Contacts counted (working copy)"),
    "identity_event": (COUNTED, "Contacts of each description (working copy)"),
    "tally": (COUNTED, "Counts sent by month (working copy)"),
    "stay_night": (COUNTED, "Nights of each month (working copy)"),
    "episode": (COUNTED, "Crisis episodes (working copy)"),
    "previous_demand": (COUNTED, "Your months as they were at the last list (working copy)"),
    "ranked": (LISTS, "Your place on each list, and the sentence that says why"),
    "changes": (LISTS, "What changed for you since the list before"),
    "risk_grading": (MEETINGS, "Risk gradings"),
    "support": (MEETINGS, "Support offered, consent, permission, capacity and plan"),
    "team_contact": (MEETINGS, "Contacts with the team"),
    "meeting_entry": (MEETINGS, "What meetings recorded: decisions, gradings, actions, notes"),
    "row_fact": (MEETINGS, "What the register and meetings state (working copy)"),
    "meeting_fact": (MEETINGS, "What meetings state (working copy)"),
    "basis": (RIGHTS, "Leave, objections and restrictions"),
    "disclosures": (RIGHTS, "What was shared about you, with whom and why"),
    "overrides": (RIGHTS, "Reasons for which a sheet about you was made without support"),
    "holds": (RIGHTS, "Holds against erasure"),
    "family_consents": (RIGHTS, "Consent to speak with your family"),
    "retention_reviews": (RIGHTS, "Reviews of whether your record is kept"),
    "corrections": (RIGHTS, "What was put right"),
    "requests": (RIGHTS, "What you asked for"),
    "erased_rulings": (RIGHTS, "What was settled about rows of yours that were like an erased person's"),
}
"""Table -> chapter and title."""

SITE_ONLY = "about deliveries, months or the site as a whole"
NOT_ABOUT_ANYBODY: dict[str, str] = {
    **dict.fromkeys(
        (
            "field_quality",
            "deliveries",
            "coverage",
            "link_quality",
            "monthly_total",
            "restated",
            "counting",
            "calendar",
            "stay_rule",
            "current",
            "quoted",
            "delivery_recipe",
            "step_done",
            "release",
            "brought_back",
            "reread_refused",
            "refused_file",
            "schema_version",
            "previous_coverage",
            "withdrawn_deliveries",
            "rolled_back",
            "backups",
            "withdrawn_months",
            "key_turns",
            "quotes",
            "feed_month",
            "meeting",
            "partner",
            "pathway_source",
            "rule_value",
        ),
        SITE_ONLY,
    ),
    "tombstones": "keyed digests of people who were erased; nobody's name or id",
    "erased_traits": "keyed digests of people who were erased; nobody's name or id",
    "sitting": "when a list was met about, and which members of staff attended",
    "breaches": "what happened, without names; a person is told of a high risk by letter",
}
"""Table -> why nothing in it is about one person."""

STAFF = frozenset({"by", "author", "reviewer", "decided_by", "undone_by", "lead_clinician"})
"""Columns that name a member of staff."""
STAFF_FIELDS = frozenset({"owner", "action_owner", "lead_clinician", "permission_by"})
"""Fields of a meeting and facts of a register whose value, before and after, names a member of staff."""
THIRD = frozenset({("family_consents", "member")})
"""Columns that name somebody else whoever it is."""
FREE = frozenset({"note", "reason", "value", "old_value", "detail", "details", "outcome", "what", "evidence"})
"""Columns in which people write: to be read before the file is handed over."""
OWN_ONLY = frozenset({"record", "received_row", "fact", "quarantine", "links", "stay", "latest", "record_identity"})
"""Tables with a row for each row received: the person's are told by the row, whoever it counted for once."""
