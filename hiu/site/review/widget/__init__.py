"""The match-review widget: one JavaScript and one CSS file of ours, inlined; nothing is fetched.

What may enter: the look and the keys of the widget; what it decides is in hiu/site/review.
"""

from __future__ import annotations

from importlib import resources
from typing import Protocol

import anywidget
import traitlets

from hiu.errors import HiuError
from hiu.site.review.decide import WORDS
from hiu.site.shapes import PairShown


class Desk(Protocol):
    """What the widget needs of a review: the pairs, where the reviewer is among them, and what is decided of them."""

    at: int
    reviewer: str | None
    second: bool

    def __len__(self) -> int: ...
    def progress(self) -> dict[str, int]: ...
    def pair(self) -> PairShown: ...
    def decide(self, decision: str) -> None: ...
    def undo(self) -> None: ...


def _inlined(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


class ReviewWidget(anywidget.AnyWidget):
    """One pair at a time. The browser is sent what is shown of the current pair, and sends back what was pressed."""

    _esm = _inlined("review.js")
    _css = _inlined("review.css")
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, review: Desk) -> None:
        super().__init__()
        self.review = review
        self._decided: list[int] = []
        self.on_msg(lambda _widget, content, _buffers: self.pressed(str(content.get("do", ""))))
        self._present("")

    def pressed(self, what: str) -> None:
        """Do what a key or button asks: a decision, back, next or undo; trouble is sent as a message, never raised."""
        try:
            message = self._do(what)
        except HiuError as trouble:
            message = f"Not recorded: {trouble}"
        self._present(message)

    def _do(self, what: str) -> str:
        review = self.review
        if what in WORDS:
            review.decide(what)
            self._decided.append(review.at)
            message = f"Recorded: {what}, by {review.reviewer}."
            review.at = min(review.at + 1, len(review) - 1)
            return message
        if what in ("back", "next"):
            review.at = min(max(review.at + (1 if what == "next" else -1), 0), len(review) - 1)
        if what == "undo":
            review.at = self._decided[-1] if self._decided else review.at
            review.undo()
            self._decided = self._decided[:-1]
            return "Undone; it stays on record as history."
        return ""

    def _present(self, message: str) -> None:
        review = self.review
        done = review.progress()
        place = {"at": review.at + 1, "pairs": done["pairs"], "decided": done["decided"], "second": review.second}
        shown = dict(review.pair()) if len(review) else {}
        self.state = {**shown, **place, "reviewer": review.reviewer, "message": message}
