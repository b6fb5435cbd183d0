"""The commands between areas: the same person in two of them, found by files that people carry."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hiu.errors import UsageError
from hiu.publish.words.text import count_of
from pipelines.commands.options import Curated, Site, now, open_site
from pipelines.common.progress import out

if TYPE_CHECKING:
    from pipelines.common.place import Place
    from pipelines.network.store import Taken


def cross(
    partner: Annotated[str | None, typer.Argument(help="The other site, by the name in its card")] = None,
    purpose: Annotated[str, typer.Option(help="What the exchange is for: support or planning")] = "support",
    card: Annotated[Path | None, typer.Option(help="Write this site's card to this file")] = None,
    trust: Annotated[Path | None, typer.Option(help="Take in another site's card, once it was compared")] = None,
    fingerprint: Annotated[str | None, typer.Option(help="With --trust: what that site read out")] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Begin an exchange: writes the first file")] = False,
    take: Annotated[Path | None, typer.Option(help="Take in a file of another site, and write the next")] = None,
    release: Annotated[str | None, typer.Option(help="Release pairs of this exchange to the other site")] = None,
    pair: Annotated[list[str] | None, typer.Option(help="With --release: this pair (default: every pair)")] = None,
    show: Annotated[str | None, typer.Option(help="Our people in pairs that both sites released")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="End the agreement and delete what is kept")] = False,
    reviewer: Annotated[str, typer.Option(help="With --release: who reviewed, by name or role")] = "",
    by: Annotated[str, typer.Option("--by", help="Who does it, by name or role; it is recorded")] = "",
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Find people who are in two areas, without either showing its list; without options, how things stand."""
    from pipelines.access.guard import require_named
    from pipelines.network import exchange, partners
    from pipelines.network import withdraw as endings

    place, at = open_site(site, curated), now()
    if sum(map(bool, (card, trust, ask, take, release, show, withdraw))) > 1:
        raise UsageError(
            "--card, --trust, --ask, --take, --release, --show and --withdraw are each a step of its own; give one"
        )
    if card:
        _card(place, card)
    elif trust:
        found = partners.trust(place, trust, fingerprint, by=require_named(by, "--by"), now=at)
        out(
            f"the key of '{found.name}' is kept. Next an agreement is needed: {partners.source_of(found.name, purpose)}"
        )
    elif ask:
        wrote = exchange.ask(place, _named(partner), purpose, by=require_named(by, "--by"), now=at)
        out(f"wrote {wrote}: carry it to {partner}, where 'hiu cross --take FILE' reads it")
    elif take:
        _print_taken(exchange.take(place, take, by=require_named(by, "--by"), now=at))
    elif release:
        _release(place, release, pair, reviewer)
    elif show:
        _show(place, show)
    elif withdraw:
        wrote, lines = endings.withdraw(place, _named(partner), purpose, by=require_named(by, "--by"), now=at)
        out(f"nothing more is exchanged with {partner} for {purpose}, and what was kept here of it is deleted")
        for line in lines:
            out(f"to delete at {partner}: {line}")
        out(f"wrote {wrote}: carry it to {partner}")
    else:
        for line in endings.overview(place, at):
            out(line)


def _named(partner: str | None) -> str:
    if not partner:
        raise UsageError("name the other site: 'hiu cross' lists those that are known")
    return partner


def _card(place: "Place", path: Path) -> None:
    from hiu.disk import write_whole
    from pipelines.network.partners import card

    content, shown = card(place)
    write_whole(path, content)
    out(f"wrote {path}. Its fingerprint, to be read out over the telephone: {shown}")


def _print_taken(taken: "Taken") -> None:
    """What became of a file, counts before anything else."""
    if taken.step == "withdrawal":
        out(f"{taken.partner} has ended the agreement. Deleted here: {', '.join(taken.deleted) or 'nothing was kept'}")
        return
    out(f"{taken.session}: took in '{taken.step}' of {taken.partner}")
    if taken.pairs is not None:
        out(f"{count_of(taken.pairs, 'pair')}. Whose they are is shown once a reviewer of each site has released them:")
        out(f"'hiu cross --release {taken.session} --reviewer NAME' here, the same there, then --show {taken.session}")
    if taken.wrote:
        out(f"wrote {taken.wrote}: carry it to {taken.partner}, where 'hiu cross --take FILE' reads it")


def _release(place: "Place", name: str, pair: list[str] | None, reviewer: str) -> None:
    from pipelines.network.reveal import release

    wrote, withheld = release(place, name, pair, reviewer=reviewer, now=now())
    out(f"wrote {wrote}: carry it to the other site")
    if withheld:
        out(f"{count_of(withheld, 'pair')} not released: the person may not be in an exchange today")


def _show(place: "Place", name: str) -> None:
    from pipelines.network.reveal import revealed

    session, found, withheld = revealed(place, name, now())
    released, there = len(session.memory.released), session.reviewers.get("there")
    there = f"by {there}" if there else "not yet"
    out(f"{count_of(session.memory.pairs, 'pair')} found; released here: {released}, there: {there}")
    for ref, person in found.items():
        out(f"{ref}  {person}")
    if withheld:
        out(f"withheld: {withheld} (no basis to share them, or an objection, opt-out or death forbids it)")


COMMANDS = (cross,)
