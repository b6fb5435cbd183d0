"""What the data protection officer and the team record: basis, disclosures, overrides, holds, consents, erasures.

Kept like other records (hiu.govern.records), but no figure hangs on them: they are read when something is about to
leave, not by the steps that count, so recording one makes no month be counted again.
"""

from hiu.model import TABLES

PURPOSES = ("support", "planning")
"""support: offer and review support for people by name. planning: figures about the cohort, nobody in them."""

RECIPIENTS = ("group", "clinician", "analyst", "commissioner", "partner")
"""group: pack, workbook, list and charts. clinician: person sheet. analyst: names shown. commissioner: aggregates.
partner: another area with which there is an agreement, to find people in both; it sees nobody until both release."""

DENIALS = ("objection", "national_opt_out", "restriction", "withdrawn", "died")
"""Codes of rows that forbid: UK GDPR articles 21 and 18 (restriction), the national data opt-out, consent to share
withdrawn, death."""

EVERY = "*"
"""Every person, or in a row that forbids every purpose or recipient."""

GOVERNED = {name: table for name, table in TABLES.items() if table.layer == "records"}

BASIS, DISCLOSURES, OVERRIDES, HOLDS, FAMILY_CONSENTS, REVIEWS, TOMBSTONES, KEY_TURNS, *_rights = GOVERNED.values()
CORRECTIONS, REQUESTS, BREACHES, TRAITS, RULINGS, CROSSINGS = _rights
