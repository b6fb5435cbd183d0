"""Keys on a site: turning a recipient's, tracing a token, and moving the site key into the system's keyring."""

from datetime import datetime

import polars as pl

from hiu.errors import UsageError
from hiu.govern import records
from hiu.govern.audit import read
from hiu.govern.keys import keep_in_keyring, keyring_key
from hiu.govern.pseudonym import key_id, pseudonym, recipient_key
from hiu.govern.turns import current_key, turn_of
from hiu.model.govern import KEY_TURNS
from pipelines.common.journal import record, utc
from pipelines.common.place import Paths, Place
from pipelines.govern.retain import latest_tables


def turn_key(place: Place, recipient: str, *, reason: str, by: str, now: datetime) -> str:
    """Turn a recipient's key: tokens made from now on can't be joined to those made before; what was done, in words."""
    if not recipient.strip():
        raise UsageError("name the recipient whose key is to be turned")
    turn = turn_of(place.records, recipient) + 1
    at = utc(now)
    records.add(
        place, KEY_TURNS, [{"recipient": recipient, "turn": turn, "reason": reason, "by": by, "recorded_at": at}]
    )
    record(place, now, "key_turned", recipient=recipient, turn=turn, by=by)
    used = key_id(current_key(place.key, place.records, recipient))
    return f"tokens for {recipient} now begin with P{used} (key {turn})"


def trace_token(place: Place, recipient: str, token: str, *, by: str, now: datetime) -> str:
    """Whose token it is, by any key of a recipient; it is logged. Nobody's: so it says."""
    ids = latest_tables(place, "people")["people"]["person_id"]
    for turn in range(turn_of(place.records, recipient), 0, -1):
        key = recipient_key(place.key, recipient, turn)
        if token.startswith(f"P{key_id(key)}-"):
            found = [one for one in ids if pseudonym(one, key) == token]
            record(place, now, "token_traced", recipient=recipient, turn=turn, found=len(found), by=by)
            return f"{token} is {found[0]} (key {turn})" if found else f"{token}: nobody in the latest month"
    raise UsageError(f"'{token}' was not made with a key of {recipient or 'that recipient'} at this site")


def latest_turns(paths: Paths) -> pl.DataFrame:
    """Each recipient's latest key: recipient, turn, recorded_at, by."""
    rows = records.read(paths.records, KEY_TURNS)
    return rows.sort("turn").unique("recipient", keep="last", maintain_order=True)


def key_copies(paths: Paths) -> list[str]:
    """Where copies of today's site key were made to, in order; of one made before places were entered, that it was."""
    made = [entry["event"] for entry in read(paths.audit) if entry["event"].get("type") == "key_copied"]
    return list(
        dict.fromkeys(str(event.get("to") or f"a place that was not entered, by {event['by']}") for event in made)
    )


def copy_to_keyring(place: Place, *, by: str, now: datetime) -> str:
    """Copy the site key into the system's keyring and prove it can be read; a person removes the file."""
    name = str(place.home.resolve())
    keep_in_keyring(name, place.key)
    if keyring_key(name) != place.key:
        raise UsageError("the keyring gave back another key; nothing was changed")
    record(place, now, "key_copied_to_keyring", by=by)
    return (
        'the key is in the keyring. Next: set key_store = "keyring" under [governance] in site.toml, run hiu status, '
        "put a copy of the key file in a safe, and remove the file"
    )
