"""What a site remembers of an exchange: a file for each session, its owner's alone, until it is deleted."""

import dataclasses
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from hiu.disk import replace, write_whole
from hiu.errors import UsageError
from hiu.fuzzy import did_you_mean
from hiu.network.session import Keys, Memory
from pipelines.common.place import Paths, Place
from pipelines.network.partners import Partner, session_key


@dataclass(frozen=True)
class Session:
    """An exchange as this site stands in it. `expects`: the step of the next file of the other site."""

    name: str
    partner: str
    purpose: str
    expects: str
    secret: str
    memory: Memory
    reviewers: dict[str, list[str]]
    """Of this site ('here') and of the other ('there'), once each has released."""

    def reviewed(self, side: str, who: str) -> "Session":
        """The same, with who reviewed at one of the sites."""
        return dataclasses.replace(self, reviewers={**self.reviewers, side: [*self.reviewers.get(side, []), who]})

    def keys(self, place: Place, partner: Partner) -> Keys:
        """The session's keys."""
        return Keys(pair=session_key(place, partner, self.name), secret=bytes.fromhex(self.secret))


@dataclass(frozen=True)
class Taken:
    """What became of a file: its session and step, what was written for the other site, how many pairs there are."""

    session: str
    partner: str
    step: str
    wrote: Path | None
    pairs: int | None = None
    to_release: int = 0
    """Pairs that no reviewer of this site has released yet."""
    deleted: tuple[str, ...] = ()


def folder(paths: Paths) -> Path:
    """Where sessions and the files for other sites lie."""
    return paths.curated / "network"


def keep(paths: Paths, session: Session) -> None:
    """Write what is remembered of a session."""
    folder(paths).mkdir(parents=True, exist_ok=True, mode=0o700)
    replace(_path(paths, session.name), json.dumps(asdict(session)).encode())


def load(paths: Paths, name: str) -> Session:
    """A session. Raises UsageError if nothing is remembered: it was ended, or the erasure of a person ended it."""
    path = _path(paths, name)
    if not name.replace("-", "").isalnum() or not path.is_file():
        hint = did_you_mean(name, sessions(paths))
        raise UsageError(
            f"nothing is remembered of an exchange '{name[:40]}'.{hint} It was ended, or somebody in it was erased"
        )
    about = json.loads(path.read_bytes())
    return Session(**{**about, "memory": Memory(**about["memory"])})


def sessions(paths: Paths) -> list[str]:
    """The names of the sessions that are remembered."""
    return sorted(path.stem for path in folder(paths).glob("*.json")) if folder(paths).is_dir() else []


def forget(paths: Paths, name: str) -> list[str]:
    """Delete what is remembered of a session, and our files of it; their names."""
    found = [*folder(paths).glob(f"{name}.json"), *folder(paths).glob(f"out/{name}-*")]
    for path in found:
        path.unlink()
    return sorted(path.name for path in found)


def put(paths: Paths, name: str, step: str, content: bytes) -> Path:
    """Write a file for the other site."""
    path = folder(paths) / "out" / f"{name}-{step}.hiucross"
    write_whole(path, content)
    return path


def _path(paths: Paths, name: str) -> Path:
    return folder(paths) / f"{name}.json"
