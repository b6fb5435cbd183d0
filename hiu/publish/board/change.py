"""The table and the sentences of what changed on the year before, from the totals of both years as they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from hiu.month import Month
from hiu.publish.board.paper import Grid, Line, legend
from hiu.publish.words.datasets import in_sentence, title_of
from hiu.publish.words.text import count_of, join_words

CHANCE = "may be chance"
ALL = "All adults in the records, not only those supported, compared with the 12 months before"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A data set's two years as texts of cells (None: no month supplied), the change with its range, the last months.

    `absent` are the months of each year that were not supplied; `change` a share with the ends of its 95% interval, or
    None where it can't be judged (`why`); `usual` what the control chart says of the latest month, empty without one.
    """

    dataset: str
    month: Month
    years: tuple[str | None, str | None]
    absent: tuple[tuple[str, ...], tuple[str, ...]]
    change: tuple[float, float, float] | None
    last: tuple[str | None, ...]
    usual: str
    why: str = ""

    @property
    def bare(self) -> float | None:
        """The change a supplied month as the two totals have it, without a range; None where one is not shown."""
        if self.change:
            return self.change[0]
        before, since = (int(text) if text and text.isdigit() else 0 for text in self.years)
        months = [12 - len(one) for one in self.absent]
        return since / months[1] / (before / months[0]) - 1 if before and since and all(months) else None

    @property
    def title(self) -> str:
        """The data set's name."""
        return title_of(self.dataset)

    @property
    def verdict(self) -> str:
        """Whether the change is more than chance."""
        if self.change is None:
            return "can't be judged"
        _, low, high = self.change
        return "yes, a rise" if low > 0 else "yes, a fall" if high < 0 else f"no, {CHANCE}"


def change_table(changes: Sequence[Change], month: Month) -> Grid:
    """Both years side by side, the change a month with its 95% range, and the last two months."""
    before, earlier = month - 12, month - 1
    columns = (
        "Data set",
        f"12 months to {before.title}",
        f"12 months to {month.title}",
        "Change of the average month (95% range)",
        "More than chance?",
        earlier.title,
        month.title,
        f"{month.title} against the usual",
    )
    rows = tuple(_row(one) for one in changes)
    note = (
        "The change is that of the mean month of those supplied, so a missing month does not count as a fall. The "
        f"range allows for how much months vary. {_by_chance(sum(one.change is not None for one in changes))}"
        + "".join(f"{one.title} can't be judged, as {one.why}. " for one in changes if one.change is None)
    ) + legend(rows)
    return Grid("Change on the year before, and on last month", columns, rows, note.strip())


def _by_chance(judged: int) -> str:
    """How often at least one of so many changes, judged at 95%, is called more than chance although it is none."""
    if not judged:
        return ""
    what = "the one change judged here" if judged == 1 else f"at least one of the {judged} changes judged here"
    return (
        f"Even if nothing had changed, about one paper in {1 / (1 - 0.95**judged):.0f} would call {what} more than "
        "chance. "
    )


def _row(one: Change) -> tuple[str, ...]:
    years = (_year(text, absent) for text, absent in zip(one.years, one.absent, strict=True))
    change = f"{signed(one.bare)} ({_range(one) or 'no range'})" if one.bare is not None else ""
    last = (thousands(text or "not supplied") for text in one.last)
    return (one.title, *years, change, one.verdict, *last, one.usual or "no chart")


def _year(text: str | None, absent: Sequence[str]) -> str:
    """A year's total, and of how many months where some are missing."""
    if text is None:
        return "not supplied"
    return f"{thousands(text)} in {count_of(12 - len(absent), 'month')}" if absent else thousands(text)


def change_sentences(changes: Sequence[Change]) -> tuple[str, ...]:
    """What rose and what fell by more than chance; what else moved; what can't be judged."""
    real = [one for one in changes if one.change and CHANCE not in one.verdict]
    chance = [one for one in changes if one.change and CHANCE in one.verdict]
    out = [f"{_moved(one)}, more than chance alone explains." for one in real]
    if chance:
        moves = "; ".join(map(_moved, chance))
        whole = len(chance) == len(changes)
        none = "no figure" if whole else f"of {len(changes)} figures {len(chance)} can be judged, and none of these"
        none = "no other figure" if real else none
        out.append(f"{none} changed by more than chance could explain. {moves[0].upper()}{moves[1:]}.")
    unknown = [one for one in changes if one.change is None]
    for why in dict.fromkeys(one.why for one in unknown):
        own = [one for one in unknown if one.why == why]
        moved, bare = [_moved(one) for one in own if one.bare is not None], [one for one in own if one.bare is None]
        if moved:
            out.append(f"{join_words(moved)}. Whether that is chance can't be judged, as {why}.")
        if bare:
            names = join_words(in_sentence(one.dataset) for one in bare)
            out.append(f"whether {names} changed from year to year can't be judged, as {why}.")
    return (*(f"{ALL}: {one}" for one in out[:1]), *(f"{one[0].upper()}{one[1:]}" for one in out[1:]))


def _moved(one: Change) -> str:
    before, since = (_year(text, absent) for text, absent in zip(one.years, one.absent, strict=True))
    share = one.bare or 0.0
    turn = f"{'up' if share > 0 else 'down'} {abs(share):.0%}" if round(share * 100) else "the same"
    some = " for each supplied month" if any(one.absent) else ""
    span = f"; range {_range(one)}" if one.change else ""
    return f"{in_sentence(one.dataset)} {turn}{some} ({before} to {since}{span})"


def _range(one: Change) -> str:
    return f"{signed(one.change[1])} to {signed(one.change[2])}" if one.change else ""


def signed(share: float) -> str:
    """A change in whole per cent with its sign: `+7%`."""
    return f"{min(share, 9.99):+.0%}" if round(share * 100) else "0%"


def thousands(text: str) -> str:
    """A cell's text with commas between thousands."""
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.isdigit() and rest.isdigit() == bool(dot) else text


def unusual(lines: Sequence[Line], breaks: Mapping[str, date]) -> tuple[str, ...]:
    """The runs of unusual months that the charts mark, and which change of policy came with them."""
    out = []
    for one in lines:
        rows = zip(one.months, one.flags, one.values, one.limits, strict=True) if one.drawn else ()
        words = [(when, bool(flag) and ("lower", "higher")[(n or 0) > mean]) for when, flag, n, (mean, *_) in rows]
        for word, run in groupby(words, lambda pair: pair[1]):
            first, *_, last = [Month.of(when) for when, _ in run] * 2
            if not word:
                continue
            when = f"{first.title} to {last.title}" if last > first else first.title
            near = [name for name, day in breaks.items() if (first - 1).start <= day <= last.end]
            beside = f", from about when {join_words(near)} began; these figures can't tell whether that is why"
            out.append(f"{one.title}: {word} than usual, {when}{beside if near else ''}.")
    return tuple(out)
