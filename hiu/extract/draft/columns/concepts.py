"""The usual columns of agencies' tables: what a field is called where nobody has said so."""

from collections.abc import Mapping, Sequence

from hiu.sources import Source

CONCEPTS: tuple[tuple[str, str, Sequence[str]], ...] = (
    ("nhs_number", "nhs_number", ("nhs number", "nhs no", "nhs", "nhs id", "pt nhs")),
    ("dob", "dob", ("date of birth", "dob", "birth date", "person birth date", "birthdate", "born", "d o b", "pt dob")),
    ("postcode", "postcode", ("postcode", "post code", "home postcode", "zip", "zip code", "pcode")),
    ("family", "family", ("surname", "family name", "last name", "person family name", "last", "lname", "sname",
                          "pt sn", "pt surname")),
    ("given", "given", ("forename", "forenames", "first name", "given name", "person given name", "first", "fname",
                         "pt fn", "pt forename")),
    ("middle", "given", ("middle name", "middle names", "middle")),
    ("name", "name", ("name", "full name", "patient name", "person", "patient", "occupant", "service user", "nominal",
                      "client", "client name", "individual", "subject", "resident",
                      "surname forename", "forename surname", "name surname first", "surname first name", "who",
                      "pt", "pt name", "initials", "client initials", "patient initials", "tenant", "occupier",
                      "detainee", "prisoner", "caller", "caller name")),
    ("aliases", "aliases", ("aliases", "alias", "aka", "also known as", "other names", "maiden name", "maiden")),
    ("sex", "sex", ("sex", "gender")),
    ("age", "age", ("age", "age years", "age at contact", "year of birth", "birth year", "yob", "year born")),
    ("address", "address", ("address", "home address", "address line 1", "usual address")),
    ("end", "timestamp", ("end", "end date", "discharge date", "closed", "stop", "finish", "end time", "date closed",
                          "departure", "discharged", "completed", "call end", "ward to", "bed to")),
    ("start", "timestamp", ("start", "start date", "created", "date time", "incident date", "call time", "date",
                            "arrival", "call date", "contact date", "attendance date", "arrival date", "admission date",
                            "date of contact", "date of call", "date of incident", "admitted", "referral date",
                            "event date", "call start", 
                            "call rx", "date of ref", "referred", "received", "started", "when", "date reported",
                            "opened", "date opened", "reported", "occurred", "ward from", "bed from")),
    ("event", "text", ("id", "ref", "reference", "incident number", "incident no", "incident id", "log ref", "urn",
                       "call id", "call ref", "call number", "contact id", "case number", "episode id", "event id",
                       "attendance id", "encounter id", "job no", "cad id", "cad no", "log no")),
)  # fmt: skip
"""Field, type and usual headers for a source nothing is known about."""

USUAL: Mapping[str, Sequence[str]] = {
    **{field: words for field, _, words in CONCEPTS if field != "event"},
    "incident": ("cad",),
    "log": ("cad",),
    "on_scene": ("at patient", "at pt", "time at patient", "at patient side", "with patient", "left scene"),
}


def concept_source(name: str) -> Source:
    """A source that knows only the usual columns: what a draft without a base is matched against."""
    fields = {field: {"columns": words, "type": kind} for field, kind, words in CONCEPTS}
    return bare_source(name, "event", fields, {"pattern": "*"})


def bare_source(name: str, event: str, fields: Mapping[str, object], file: Mapping[str, object]) -> Source:
    """A source of these fields and this form of file, and of nothing else."""
    whole = {"name": name, "title": name, "kind": "events", "agency": name, "key": {"event": [event]}}
    return Source.model_validate({**whole, "fields": fields, "file": file})
