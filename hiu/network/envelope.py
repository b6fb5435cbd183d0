"""A file from one site to another: a line that says what it is, signed by its site and sealed for the other (PyNaCl).

Whatever was received is hostile until it is opened: its size, its first lines, the version, the names, the signature
and the seal are looked at in that order, and nothing of it is read before. It holds JSON of one of `letters.py`.
"""

import hashlib
import json
from typing import Annotated

from nacl.exceptions import CryptoError
from nacl.public import Box
from nacl.signing import SigningKey, VerifyKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hiu.errors import InputRefused
from hiu.network.letters import LETTERS, Letter
from hiu.version import VERSION

FORMAT = 1
"""The version of the form of files: it changes with any letter, value or encoding."""
MAGIC = b"hiu-cross\n"
MOST_BYTES = 256_000_000
_FIRST_LINES = 2_000
_SIGNATURE = 64


class Header(BaseModel):
    """What the first line of a file says: who wrote it to whom, in which session, and which step it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)
    format: int
    version: Annotated[str, Field(max_length=40)]
    sender: Annotated[str, Field(alias="from", max_length=120)]
    recipient: Annotated[str, Field(alias="to", max_length=120)]
    session: Annotated[str, Field(pattern=r"^[A-Z0-9-]{4,40}$")]
    step: Annotated[str, Field(max_length=20)]

    def line(self) -> bytes:
        """The line as it is written."""
        return json.dumps(self.model_dump(by_alias=True), separators=(",", ":")).encode() + b"\n"


def header(sender: str, recipient: str, session: str, step: str) -> Header:
    """The first line of a file of this version."""
    return Header(format=FORMAT, version=VERSION, sender=sender, recipient=recipient, session=session, step=step)


def fingerprint(name: str, public: str) -> str:
    """What two people read to each other by telephone, to be sure of a site's name and public key (hexadecimal)."""
    digest = hashlib.sha256(bytes.fromhex(public) + name.encode()).hexdigest()[:24].upper()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def public_key(seed: bytes) -> str:
    """The public key of a site, in hexadecimal, from its 32 secret bytes."""
    return str(SigningKey(seed).verify_key.encode().hex())


def shared_key(seed: bytes, public: str) -> bytes:
    """The key that two sites have in common, from the secret of one and the public key of the other."""
    return bytes(_box(seed, public).shared_key())


def seal(head: Header, letter: Letter, *, seed: bytes, public: str) -> bytes:
    """A file for the site that has the public key."""
    sealed = _box(seed, public).encrypt(letter.model_dump_json().encode())
    first = MAGIC + head.line()
    return first + bytes(SigningKey(seed).sign(first + sealed).signature) + bytes(sealed)


def read_header(content: bytes, name: str) -> Header:
    """What a file says it is; nothing of it is proved yet. Raises InputRefused, in words, for another version too."""
    if len(content) > MOST_BYTES:
        raise InputRefused("network_size", f"larger than {MOST_BYTES:,} bytes; an exchange has no such file", file=name)
    line = content[len(MAGIC) : _FIRST_LINES].partition(b"\n")[0]
    if not content.startswith(MAGIC):
        raise InputRefused("network_form", "not a file of an exchange between sites", file=name)
    try:
        claims = json.loads(line)
        form, version = (claims.get(key) for key in ("format", "version"))
    except (ValueError, AttributeError, RecursionError):
        raise InputRefused("network_form", "its first line can't be read; ask for the file again", file=name) from None
    if (form, version) != (FORMAT, VERSION):
        shown = [str(one)[:12] if isinstance(one, str | int) else "none" for one in (version, form)]
        raise InputRefused(
            "network_version",
            f"written by version {shown[0]} (form {shown[1]}); this site has version {VERSION} (form {FORMAT}). Both "
            "sites need the same version: bring the older one up to date and begin a new exchange",
            file=name,
        )
    try:
        return Header.model_validate(claims)
    except ValidationError:
        raise InputRefused(
            "network_form", "its first line is not as expected; ask for the file again", file=name
        ) from None


def open_sealed(content: bytes, name: str, *, seed: bytes, public: str) -> Letter:
    """The letter in a file, if the site with the public key wrote it for us. Raises InputRefused."""
    head = read_header(content, name)
    start = content.index(b"\n", len(MAGIC)) + 1
    signature, sealed = content[start : start + _SIGNATURE], content[start + _SIGNATURE :]
    try:
        VerifyKey(bytes.fromhex(public)).verify(content[:start] + sealed, signature)
        plain = _box(seed, public).decrypt(sealed)
    except (CryptoError, ValueError):
        raise InputRefused(
            "network_seal",
            f"was not written by '{head.sender}' for this site, or was changed on the way; nothing of it was used",
            file=name,
        ) from None
    try:
        return LETTERS[head.step].model_validate_json(plain)  # type: ignore[return-value]
    except (KeyError, ValidationError, RecursionError):
        raise InputRefused(
            "network_form", "holds something else than its step needs; nothing of it was used", file=name
        ) from None


def _box(seed: bytes, public: str) -> Box:
    key = SigningKey(seed).to_curve25519_private_key()
    return Box(key, VerifyKey(bytes.fromhex(public)).to_curve25519_public_key())
