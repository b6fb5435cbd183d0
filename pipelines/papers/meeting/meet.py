"""Begin and end a live meeting: who is in the pack is entered before it is shown, and who attended at the end."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from hiu.errors import HiuError
from hiu.govern import records
from hiu.govern.login import login
from hiu.model import SITTING
from hiu.publish.access import withheld
from hiu.publish.meeting.page import meeting_page
from hiu.publish.pack.page import named, pack_view
from hiu.publish.pathway.governing import first_lines
from hiu.publish.release.folder import read_manifest, stamp_in
from pipelines.access.basis import allowed
from pipelines.access.disclose import MEETING, enter_disclosure
from pipelines.access.looks import enter_look
from pipelines.access.pages import charted_people
from pipelines.common.journal import record, utc
from pipelines.common.lock import hold
from pipelines.common.place import Place
from pipelines.papers.meeting import matches, returned
from pipelines.papers.meeting.desk import Answer, Asked, Desk, optional_text
from pipelines.papers.meeting.server import Door, Opened

_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


def meet(place: Place, month: str | None, *, by: str, clock: Callable[[], datetime], opened: Opened) -> bool:
    """Serve the meeting about a published month until it is ended on the page (True) or stopped (False).

    Raises Busy while another meeting is going on, HiuError for a month that is not the latest.
    """
    of, folder = place.which(month)
    if str(of) != max(place.months()):
        raise HiuError(f"{max(place.months())} is published: meet about that list; what {of} decided stands")
    began = clock()
    with hold(place.curated / "meeting.lock", f"hiu meet {of}", began):
        desk = Desk(place, of, folder, stamp_in(read_manifest(folder)), f"{by} ({login()})", clock)
        _enter(desk, began, by)
        record(place, began, "meeting_begun", month=str(of), pack=desk.stamp.pack_id, by=by, login=login())
        door = Door(partial(_page, desk), _jobs(desk, began), partial(returned.look, desk))
        door.serve(opened, lambda: desk.ended)
    return desk.ended


def _enter(desk: Desk, began: datetime, by: str) -> None:
    """Enter everybody whom the page will name, as a look and as a disclosure to the group."""
    place, tables = desk.place, desk.shown()
    who, on = named(tables, desk.month, place.settings), began.date()
    enter_look(place, began, "meeting", who, by=by, month=desk.month)
    if who:
        codes = allowed(place, who, purpose="support", recipient="group", on=on, aliases=tables["aliases"]).codes
        kept_back = withheld(tables["ranked"], place.settings.rank.top)
        enter_disclosure(place, began, MEETING, basis=codes, by=by, people=len(who), withheld=kept_back)


def _jobs(desk: Desk, began: datetime) -> Mapping[str, Callable[[Asked], Answer]]:
    """What the page may ask for."""
    return {
        "state": desk.state,
        "save": desk.save,
        "undo": desk.undo,
        "matches": partial(matches.matches, desk),
        "decide": partial(matches.decide, desk),
        "undecide": partial(matches.undecide, desk),
        "take": partial(returned.take, desk),
        "end": partial(_end, desk, began),
    }


def _page(desk: Desk) -> tuple[str, str]:
    """The page as the group may see it now, and its policy."""
    shown, place = desk.shown(), desk.place
    beside = first_lines(desk.tables, desk.month.after)
    view = pack_view(shown, stamp=desk.stamp, settings=place.settings, beside=beside)
    html = meeting_page(view, charted_people(place, shown, desk.month))
    found = _POLICY.search(html)
    return html, found[1].replace("&#39;", "'") if found else "default-src 'none'"


def _end(desk: Desk, began: datetime, asked: Asked) -> Answer:
    """Record the sitting; the server stops once this is answered."""
    if desk.ended:
        raise HiuError("the meeting has ended")
    names = [" ".join(line.replace("|", " ").split()) for line in optional_text(asked, "attended").splitlines()]
    attended, now = [name for name in names if name], desk.clock()
    about = {"month": str(desk.month), "began": utc(began), "at": utc(now)}
    record(desk.place, now, "meeting_ended", month=str(desk.month), attended=len(attended), by=desk.by)
    records.add(desk.place, SITTING, [{**about, "attended": "|".join(attended), "by": desk.by}])
    desk.ended = True
    made = "The minutes and the new pack are being made in the month's folder; this window can be closed."
    return {"said": f"The meeting ended at {desk.at()}. {made}"}
