"""Signatures of a workbook: what was sent out cannot be changed unnoticed, and the key is never in the file."""

import base64
import hashlib
import hmac
import json

_LENGTH = 32


def signature(key: bytes, pack_id: str, what: str, value: object) -> str:
    """The check of one part of a pack's workbook: 32 characters of HMAC-SHA256 over pack, kind of part and value."""
    text = canonical([pack_id, what, value])
    return base64.urlsafe_b64encode(hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()).decode()[:_LENGTH]


def genuine(found: str, key: bytes, pack_id: str, what: str, value: object) -> bool:
    """The check belongs to these values."""
    return hmac.compare_digest(found.encode("utf-8"), signature(key, pack_id, what, value).encode("utf-8"))


def canonical(value: object) -> str:
    """A value as JSON with one spelling."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
