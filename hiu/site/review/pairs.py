"""A doubtful pair as it is laid before a reviewer: records side by side, differences, evidence, effect."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from rapidfuzz.distance import Indel

from hiu.link.model.scorer import JOINED
from hiu.link.review.explain import side_text, title_of, titles
from hiu.site.review.queue import masked_value, rows_of, who_is
from hiu.site.shapes import PairField, PairRecord, PairShown, Part
from hiu.site.show.listing import Row
from hiu.site.tables import Tables

C = pl.col
GIVEN = "given"
"""What a masked value is shown as when nothing of it may be seen."""
OTHERS = 4
"""Further descriptions of the same people laid beside the pair."""


class Pairs:
    """Builds what is shown of any pair of a month; only the people in `names` are shown by name."""

    def __init__(self, published: Tables, names: Collection[str] = ()) -> None:
        self.published, self.names = published, frozenset(names)
        self.ranks = dict(
            published._scan("ranked").filter(C("list") == "adult").select("person_id", "rank").collect().iter_rows()
        )

    def view(self, row: Row, *, past: list[str], decision: str | None, blind: bool = False) -> PairShown:
        """The pair of a row of review_queue: records, fields with parts and evidence, what a decision would join.

        `blind` leaves out what the matcher makes of it, for a second opinion.
        """
        a, b = row["identity_a"], row["identity_b"]
        described = self._descriptions([row["person_a"], row["person_b"]], [a, b])
        beside = [described.get(a, {}), described.get(b, {})]
        others = [one for identity, one in described.items() if identity not in (a, b)]
        records = [*beside, *sorted(others, key=lambda one: (-one["rows"], one["identity_id"]))[:OTHERS]]
        weights = {} if blind else self._weights(a, b)
        return {
            "records": [self._head(letter, one) for letter, one in zip("ABCDEF", records, strict=False)],
            "fields": self._fields(records, weights),
            "why": "" if blind else row["why"] or "",
            "chance": None if blind else row.get("chance") or row.get("match_probability"),
            "effect": "" if blind else self._effect(row, described),
            "masked": not {row["person_a"], row["person_b"]} <= self.names,
            "past": past,
            "decision": decision,
        }

    def _descriptions(self, people: list[str], ids: list[str]) -> dict[str, Row]:
        """Descriptions of the people, and of the pair itself whoever holds it now."""
        scan = self.published._scan("descriptions")
        where = C("person_id").is_in(people) | C("identity_id").is_in(ids)
        found = scan.filter(where).sort("rows", "identity_id", descending=[True, False]).collect()
        return {row["identity_id"]: row for row in found.iter_rows(named=True)}

    def _weights(self, a: str, b: str) -> dict[str, tuple[str, float]]:
        own = (C("identity_a") == a) & (C("identity_b") == b)
        found = self.published._scan("review_evidence").filter(own).select("field", "level", "weight").collect()
        return {field: (level, weight) for field, level, weight in found.iter_rows()}

    def _head(self, letter: str, one: Row) -> PairRecord:
        if not one:
            return {"head": letter, "sub": "no longer described so"}
        head, sources = f"{letter}: {one['person_id']}", (one["sources"] or "").replace("|", ", ")
        if one["person_id"] in self.published._codes:  # beside initials and a year these would lead to the list
            return {"head": head, "sub": sources}
        rank = self.ranks.get(one["person_id"])
        return {"head": head, "sub": f"{f'rank {rank}' if rank else 'not ranked'}; {rows_of(one['rows'])}; {sources}"}

    def _fields(self, records: list[Row], weights: dict[str, tuple[str, float]]) -> list[PairField]:
        out: list[PairField] = []
        for field, title in titles():
            texts = [self._value(one, field) for one in records]
            level, weight = weights.get(field, ("", None))
            if any(texts) or level not in ("", "none", "missing"):
                out.append({"title": title, "cells": compared(texts), "level": level, "weight": weight})
        for field, (level, weight) in weights.items():
            if JOINED in field:
                out.append({"title": title_of(field), "cells": [], "level": level, "weight": weight})
        if "prior" in weights:
            total, level = sum(weight for _, weight in weights.values()), "above 0: more likely one"
            out.append({"title": "Before any evidence", "cells": [], "level": "", "weight": weights["prior"][1]})
            out.append({"title": "All together", "cells": [], "level": level, "weight": total})
        return out

    def _value(self, one: Row, field: str) -> str:
        if not one:
            return ""
        text = side_text(one, field)
        return (text or "").replace("|", ", ") if one["person_id"] in self.names else masked_value(one, field, text)

    def _effect(self, row: Row, described: dict[str, Row]) -> str:
        """What a decision would join, or part, and what that would do to the list."""
        one, other = row["person_a"], row["person_b"]
        if one == other:
            leave = f" about {row['moved']:,} of their rows" if row.get("moved") else " their rows"
            return f"They are one person now: {self._who(one)}. If different,{leave} become somebody else's."
        return (
            f"They are two people now: {self._who(one)}; {self._who(other)}. If the same, A and B become one "
            "person's, and the other descriptions follow where they agree."
        )

    def _who(self, person: str) -> str:
        rows = self.published._scan("people").filter(C("person_id") == person).select("rows").collect()
        return who_is(person, self.ranks.get(person), int(rows.item()) if rows.height else 0)


def compared(texts: list[str]) -> list[list[Part]]:
    """Each text in parts that agree or differ: the first against the second, every other against the first."""
    if len(texts) < 2:
        return [_whole(text) for text in texts]
    left, right = parts(texts[0], texts[1])
    return [left, right, *(parts(texts[0], text)[1] for text in texts[2:])]


def parts(left: str, right: str) -> tuple[list[Part], list[Part]]:
    """Two texts in runs of characters that agree or differ; where one is empty nothing is marked."""
    if not left or not right or GIVEN in (left, right):
        return _whole(left), _whole(right)
    one: list[Part] = []
    other: list[Part] = []
    for step in Indel.opcodes(left.casefold(), right.casefold()):
        differs = step.tag != "equal"
        if piece := left[step.src_start : step.src_end]:
            one.append({"t": piece, "d": differs})
        if piece := right[step.dest_start : step.dest_end]:
            other.append({"t": piece, "d": differs})
    return one, other


def _whole(text: str) -> list[Part]:
    return [{"t": text, "d": False}] if text else []
