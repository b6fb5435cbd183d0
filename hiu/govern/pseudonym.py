"""Pseudonyms: a person's token for one recipient, meaningless to any other and without the key.

A cohort of 10 to 50 people stays re-identifiable to those who know them, whatever they are called.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

from hiu.govern.keys import derive

PERSON_ID = re.compile(r"HIU-[A-Z2-7]{8}")

_DESCRIPTION = re.compile(r"\b[0-9a-f]{16}\b")

WITHHELD = "withheld-"
"""Before the number that stands for somebody whom no basis lets an analyst ask for."""
_WHO = re.compile(rf"(?P<id>{PERSON_ID.pattern})(?: \((?:rank \d+|not ranked), [\d,]+ rows?\))?")
"""An id, with the place and the number of rows that a doubtful pair has after it: those lead to the list."""


def coded(text: str, codes: Mapping[str, str]) -> str:
    """A text with the number of each withheld person alone in place of their id."""
    return _WHO.sub(lambda one: codes.get(one["id"], one[0]), text)


def description(identity: str, key: bytes) -> str:
    """The 16 hexadecimal digits by which a description is shown. Its id in the tables is a digest that whoever knows
    the person can compute; this needs the key."""
    return hmac.digest(key, identity.encode(), "sha256").hex()[:16]


def described(text: str, key: bytes) -> str:
    """A text with the ids of descriptions as they are shown."""
    return _DESCRIPTION.sub(lambda one: description(one[0], key), text)


def recipient_key(site_key: bytes, recipient: str, turn: int = 1) -> bytes:
    """The key of one recipient: no two can join their tokens. `turn` = how often it was turned (1 = the first)."""
    return derive(site_key, f"pseudonym:{recipient}" if turn == 1 else f"pseudonym:{recipient}:{turn}")


def key_id(key: bytes) -> str:
    """Four characters that tell keys apart and nothing about them."""
    return _base32(hashlib.sha256(b"hiu:key-id:" + key).digest())[:4]


def pseudonym(person_id: str, key: bytes) -> str:
    """`P<keyid>-` and 16 base32 characters of HMAC-SHA256(key, person id)."""
    return f"P{key_id(key)}-{_base32(hmac.new(key, person_id.encode(), hashlib.sha256).digest())[:16]}"


def mask(value: Any, key: bytes) -> Any:
    """A value (of lists and mappings, too) with a token in place of every person id in its text."""
    if isinstance(value, str):
        return PERSON_ID.sub(lambda found: pseudonym(found.group(0), key), value)
    if isinstance(value, dict):
        return {name: _of(name, part, key) for name, part in value.items()}
    return [mask(part, key) for part in value] if isinstance(value, list | tuple | set | frozenset) else value


def _of(name: str, value: Any, key: bytes) -> Any:
    """Ids of descriptions are known by the name they go under; other digests are nobody's."""
    if not name.startswith("identit"):
        return mask(value, key)
    return pseudonym(value, key) if isinstance(value, str) else [pseudonym(str(one), key) for one in value]


def _base32(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii")
