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
    """Find people whom two areas share, once the risk is accepted (docs/network.md); without options, how it stands."""
    from hiu.govern.basis.agreements import in_force
    from hiu.model.govern import PURPOSES
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
        sources = [partners.source_of(found.name, one) for one in PURPOSES]
        signed = [source for source in sources if in_force(place.settings, source, at.date())]
        out(
            f"the key of '{found.name}' is kept. "
            + (
                f"Agreements in force: {', '.join(signed)}"
                if signed
                else f"Next an agreement is needed: {sources[0]} to find people, {sources[1]} to compare figures"
            )
        )
    elif ask:
        wrote = exchange.ask(place, _named(partner), purpose, by=require_named(by, "--by"), now=at)
        out(f"wrote {wrote}: carry it to {partner}, where 'hiu cross --take FILE' reads it")
    elif take:
        _print_taken(exchange.take(place, take, by=require_named(by, "--by"), now=at))
    elif release:
        _release(place, release, pair, reviewer)
    elif show:
        require_named(by, "--by")
        _show(place, show)
    elif withdraw:
        received = endings.bundles(place, _named(partner), purpose, "received")
        wrote, lines = endings.withdraw(place, _named(partner), purpose, by=require_named(by, "--by"), now=at)
        out(f"nothing more is exchanged with {partner} for {purpose}, and what was kept here of it is deleted")
        for line in received:
            out(f"to delete here: {line}, wherever it was put")
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
    from hiu.govern.release.outputs import put
    from pipelines.network.partners import card

    content, shown = card(place)
    put(path, content)
    out(f"wrote {path}. Its fingerprint, to be read out over the telephone: {shown}")


def _print_taken(taken: "Taken") -> None:
    """What became of a file, counts before anything else."""
    if taken.step == "withdrawal":
        out(f"{taken.partner} has ended the agreement. Deleted here: {', '.join(taken.deleted) or 'nothing was kept'}")
        return
    out(f"{taken.session}: took in '{taken.step}' of {taken.partner}")
    if taken.pairs is not None:
        out(f"{count_of(taken.pairs, 'pair')}. Whose they are is shown once a reviewer of each site has released them:")
        shown = f"--show {taken.session} --by NAME"
        if taken.to_release:
            out(f"'hiu cross --release {taken.session} --reviewer NAME' here, the same there, then {shown}")
        else:
            out(f"every pair was released here; 'hiu cross {shown}' shows those that the other site released too")
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
    released, reviewers = len(session.memory.released), session.reviewers.get("there")
    there = f"by {', '.join(dict.fromkeys(reviewers))}" if reviewers else "not yet"
    out(f"{count_of(session.memory.pairs, 'pair')} found; released here: {released}, there: {there}")
    for ref, person in found.items():
        out(f"{ref}  {person}")
    if withheld:
        out(f"withheld: {withheld} (no basis to share them, or an objection, opt-out or death forbids it)")


def compare(
    what: Annotated[list[str], typer.Argument(help="export and a month; or folders of bundles, ours among them")],
    to: Annotated[list[str] | None, typer.Option(help="With export: a site that the figures are for")] = None,
    checker: Annotated[str, typer.Option(help="With export: who checked it; not who made it")] = "",
    by: Annotated[str, typer.Option("--by", help="Who does it, by name or role; it is recorded")] = "",
    folder: Annotated[Path | None, typer.Option("--out", help="Where the comparison is written")] = None,
    site: Site = None,
    curated: Curated = None,
) -> None:
    """Compare figures of areas: export our own for other sites, or put several sites' bundles side by side."""
    from pipelines.access.guard import require_named

    place, who = open_site(site, curated), require_named(by, "--by")
    if what[0] == "export":
        if len(what) > 2:
            raise UsageError("'hiu compare export' takes one month")
        _export_figures(place, what[1] if len(what) > 1 else None, to or [], require_named(checker, "--checker"), who)
    else:
        _compare(place, [Path(one) for one in what], folder, who)


def _export_figures(place: "Place", month: str | None, to: list[str], checker: str, by: str) -> None:
    """Decide, sign, sweep and hand over."""
    from hiu.errors import HiuError
    from hiu.govern.placeholder import same_person
    from hiu.govern.release.canary import sweep
    from pipelines.access.wording import people_of
    from pipelines.network import bundles
    from pipelines.papers.compare import figures

    if same_person(checker, by):
        raise UsageError(f"--checker {checker}: who checks an output is not who made it")
    at = now()
    bundles.require_agreements(place, to, at.date())
    made = figures.figures(place, month, at)
    counting = figures.counting(place.settings)
    ready = bundles.prepare(place, to, made.cells, made.table(), month=str(made.month), counting=counting, now=at)
    people = people_of(place)
    if hits := [hit for name, content in ready.files.items() for hit in sweep(name, content, people)]:
        raise HiuError("not exported:\n  " + "\n  ".join(hits[:20]))
    wrote = bundles.hand_over(place, ready, made.export, basis=made.basis, checker=checker, by=by, now=at)
    out(f"wrote {wrote}: carry the folder to {', '.join(ready.to)}, where 'hiu compare' reads it")
    out(f"{made.share:.0%} of the figures that are large enough are shown; left out by the basis: {made.left_out}")


def _compare(place: "Place", folders: list[Path], target: Path | None, by: str) -> None:
    """Read the bundles that may be read, and write the page, the workbook and the PDF."""
    from hiu.disk import write_whole
    from hiu.errors import HiuError
    from hiu.month import Month
    from hiu.publish.pathway.forms import files
    from pipelines.access.pages import stamp_of
    from pipelines.common.journal import record
    from pipelines.network.bundles import receive
    from pipelines.papers.compare.page import comparable, paper

    at = now()
    read, refused = [], []
    for one in folders:
        try:
            read.append(receive(place, one, by=by, now=at))
        except HiuError as error:
            refused.append(f"Left out: {error}")
    if not read:
        raise UsageError("nothing to compare. " + " ".join(refused))
    compared = comparable(read, place.settings.name)
    month = Month.parse(compared.areas[0].month)
    made = paper(compared, refused, stamp_of(place, month, compared.areas[0].name, at))
    target = target or place.curated / "exports" / "compare" / str(month)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files(made).items():
        write_whole(target / name, content)
        out(f"{target / name}")
    record(
        place, at, "compared", month=str(month), areas=len(compared.areas), left_out=len(folders) - len(compared.areas)
    )
    for line in [*refused, *compared.left_out]:
        out(line)


COMMANDS = (cross, compare)
