"""On numbers: NHS numbers, local identifiers, sex and shared event references."""

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hiu.link.candidates.block import Pairs
from hiu.link.compare.birth import GENERATION
from hiu.link.describe.columns import Columns, LocalIds
from hiu.link.describe.hashes import Hashes
from hiu.link.levels import CODE, Codes, Flags, Ints

C = pl.col
_SLIP = 2
_PHONE = r":(?:0|44|0044)[1-9][0-9]{8,9}$"
_EVEN, _HIGH, _SUM = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x8080808080808080), np.uint64(0x0101010101010101)


class NumberLevels:
    """Levels of NHS numbers, sexes and local identifiers for pairs of nodes."""

    def __init__(self, cols: Columns) -> None:
        self.number, self.gender, self.ids = cols.number, cols.sex, cols.local
        self.text = cols.number_text
        self.digits = _digit_counts(cols.number_text)
        self.id_digits = _digit_counts(cols.local.text)
        self.phone, self.born = cols.local.text.str.contains(_PHONE).to_numpy(), cols.born

    def nhs_number(self, a: Ints, b: Ints) -> Codes:
        """Level of the NHS numbers."""
        code = CODE["nhs_number"]
        x, y = self.number[a], self.number[b]
        out = np.full(len(a), code["different"], dtype=np.uint8)
        out[x == y] = code["same"]
        both_given = (x > 0) & (y > 0)
        out[~both_given] = code["missing"]
        at = np.flatnonzero(both_given & (x != y))
        out[_near(self.text, self.digits, a, b, at, _SLIP)] = code["typo"]
        return out

    def sex(self, a: Ints, b: Ints) -> Codes:
        """Level of the sexes."""
        code, x, y = CODE["sex"], self.gender[a], self.gender[b]
        out = np.where(x == y, code["same"], code["different"]).astype(np.uint8)
        out[(x == 0) | (y == 0)] = code["missing"]
        return out

    def local_id(self, a: Ints, b: Ints) -> Codes:
        """Level of the local identifiers, compared within their own scheme."""
        code, ids = CODE["local_id"], self.ids
        out = np.zeros(len(a), dtype=np.uint8)
        scheme, one = ids.scheme[a], ids.one[a]
        unlike = np.flatnonzero((scheme == ids.scheme[b]) & (scheme > 0) & (one != ids.one[b]))
        out[unlike] = code["different"]
        out[_near(ids.text, self.id_digits, a, b, unlike, 1)] = code["typo"]
        equal = np.flatnonzero((one == ids.one[b]) & (one > 0))
        out[equal] = np.where(ids.crowd[a[equal]], code["same_crowded"], code["same"])
        generations = np.abs(self.born[a[equal]] - self.born[b[equal]]) >= GENERATION
        out[equal[generations & self.phone[a[equal]]]] = code["missing"]  # a telephone that a family shares
        n, m = ids.count[a], ids.count[b]
        many = np.flatnonzero((np.maximum(n, m) > 1) & (np.minimum(n, m) > 0))
        if len(many):
            out[many] = _several_ids(ids, a[many], b[many])
        return out

    def one_each(self, a: Ints, b: Ints) -> Flags:
        """Whether both have a number of one agency, which gives a person one."""
        scheme = self.ids.scheme[a]
        found: Flags = (scheme == self.ids.scheme[b]) & np.isin(scheme, self.ids.lone)
        return found


def _near(text: pl.Series, digits: Hashes, a: Ints, b: Ints, at: Ints, slips: int) -> Ints:
    """Those of some pairs whose texts are so few slips of typing apart."""
    at = at[_unlike_digits(digits[a[at]], digits[b[at]]) <= slips]
    left, right = (text.gather(end[at]).to_list() for end in (a, b))
    edits = process.cpdist(left, right, scorer=OSA.distance, score_cutoff=slips, dtype=np.int32)
    found: Ints = at[edits <= slips]
    return found


def _digit_counts(text: pl.Series) -> Hashes:
    """How often each digit stands in each text, four bits a digit; all letters count by their last four bits."""
    arrow = text.fill_null("").cast(pl.Binary).to_arrow().cast("large_binary")
    start = np.frombuffer(arrow.buffers()[1], dtype=np.int64)[: len(text) + 1]
    letters = np.frombuffer(arrow.buffers()[2], dtype=np.uint8) if start[-1] else np.empty(0, np.uint8)
    size = np.diff(start)
    out = np.zeros(len(text), dtype=np.uint64)
    for place in range(int(size.max(initial=0))):
        at = np.flatnonzero(size > place)
        out[at] += np.uint64(1) << (np.uint64(4) * (letters[start[at] + place] & 15).astype(np.uint64))
    return out


def _unlike_digits(x: Hashes, y: Hashes) -> Ints:
    """Digits of one that the other lacks: no fewer edits can make them equal."""
    unlike = np.zeros(len(x), dtype=np.int64)
    for half in (np.uint64(0), np.uint64(4)):
        # each byte is 128 + the difference of two counts: its top bit says that it isn't negative
        gap = (((x >> half) & _EVEN) | _HIGH) - ((y >> half) & _EVEN)
        more = (gap & _HIGH) >> np.uint64(7)
        unlike += (((gap & (more * np.uint64(127))) * _SUM) >> np.uint64(56)).astype(np.int64)
    return unlike


def _several_ids(ids: LocalIds, a: Ints, b: Ints) -> Codes:
    """The same where a node carries several identifiers."""
    code = CODE["local_id"]
    pair = pl.DataFrame({"pair": np.arange(len(a)), "a": a, "b": b})
    met = pair.join(ids.every, left_on="a", right_on="node").join(ids.every, left_on="b", right_on="node", suffix="_b")
    found = met.group_by("pair").agg(
        same=((C("code") == C("code_b")) & ~C("crowd")).any(),
        crowded=((C("code") == C("code_b")) & C("crowd")).any(),
        scheme=(C("scheme") == C("scheme_b")).any(),
    )
    reached = (("same", "same"), ("crowded", "same_crowded"), ("scheme", "different"))
    level = pl.coalesce(*(pl.when(flag).then(pl.lit(code[name])) for flag, name in reached), pl.lit(code["missing"]))
    got = found.select("pair", level=level)
    out = np.zeros(len(a), dtype=np.uint8)
    out[got["pair"].to_numpy()] = got["level"].to_numpy()
    return out


def event_pairs(events: pl.DataFrame) -> Pairs:
    """Pairs whose rows of different sources quote the same event, sorted. `events`: node, source, event."""
    both = events.join(events, on="event", suffix="_b").filter(
        (C("node") < C("node_b")) & (C("source") != C("source_b"))
    )
    packed = both.select((C("node").cast(pl.UInt64) * 2**32 + C("node_b").cast(pl.UInt64)).unique().sort())
    return packed.to_series().to_numpy()


def event_level(pairs: Pairs, met: Pairs) -> Codes:
    """Level of the shared events. `pairs` sorted."""
    out = np.zeros(len(pairs), dtype=np.uint8)
    if len(pairs) and len(met):
        low, high = np.searchsorted(met, pairs[[0, -1]])
        wanted = met[low : high + 1]
        at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
        out[at[pairs[at] == wanted]] = CODE["event"]["shared"]
    return out
