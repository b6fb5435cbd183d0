"""Pseudonyms: a person's token for one recipient, meaningless to any other and without the key.

A cohort of 10 to 50 people stays re-identifiable to those who know them, whatever they are called.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from hiu.govern.keys import derive


def recipient_key(site_key: bytes, recipient: str) -> bytes:
    """The key of one recipient: no two can join their tokens."""
    return derive(site_key, f"pseudonym:{recipient}")


def key_id(key: bytes) -> str:
    """Four characters that tell keys apart and nothing about them."""
    return _base32(hashlib.sha256(b"hiu:key-id:" + key).digest())[:4]


def pseudonym(person_id: str, key: bytes) -> str:
    """`P<keyid>-` and 16 base32 characters of HMAC-SHA256(key, person id)."""
    return f"P{key_id(key)}-{_base32(hmac.new(key, person_id.encode(), hashlib.sha256).digest())[:16]}"


def _base32(value: bytes) -> str:
    return base64.b32encode(value).decode("ascii")
