"""Cards: what a notebook, or a terminal, shows of an object."""

import html
from collections.abc import Mapping
from dataclasses import dataclass

from hiu.plain import plain


@dataclass(frozen=True)
class Card:
    """A title, facts by name, and what to type next; nothing in it is taken for markup."""

    title: str
    facts: Mapping[str, str]
    next: str = ""

    def text(self) -> str:
        """For a terminal."""
        lines = [self.title, *(f"  {name}: {value}" for name, value in self.facts.items())]
        return plain("\n".join([*lines, f"  next: {self.next}"] if self.next else lines))

    def html(self) -> str:
        """For a notebook; a table, so that a screen reader can walk it."""
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;padding-right:12px">{html.escape(name)}</th>'
            f'<td style="text-align:left">{html.escape(value)}</td></tr>'
            for name, value in self.facts.items()
        )
        more = f"<p>Next: <code>{html.escape(self.next)}</code></p>" if self.next else ""
        return f"<h4>{html.escape(self.title)}</h4><table>{rows}</table>{more}"
