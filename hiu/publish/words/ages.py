"""An age in words, and what a paper about one person says before all else of a child, or of an age that cannot be."""

CHILD = (
    "Under 18: speak to the children's safeguarding lead before anybody approaches this person. This list changes "
    "nothing about the duty to refer a child at risk."
)
"""Of everybody on the list of under-18s, and of anybody younger than 18 who is on none."""

OF_AGE = ("age_against_records", "born_after_contact")
"""What of the table `conflicts` says that the records do not fit the age."""


def age_words(age: int | None) -> str:
    """An age at the month's end: `aged 3`; empty if it is not known or cannot be."""
    return "" if age is None or age < 0 else f"aged {age}"


def age_doubt(age: int | None) -> str:
    """What to do first about records that do not fit the age, without a full stop; empty if no age can be named."""
    if not age_words(age):
        return ""
    return f"Age {age}: the records do not fit this age. Check the date of birth before anything else"
