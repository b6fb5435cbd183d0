"""Numbers of another agency's events that a source quotes and that nobody sent: counts and forms, never a number."""

from collections.abc import Iterator

import polars as pl

SHOWN = 3
"""Forms that a sentence gives."""

FEW = 0.05
"""Share of the quoted numbers that may be missing before a person is told: logs are mistyped, or of another force."""


def unfound_quotes(quotes: pl.DataFrame | None) -> list[str]:
    """A sentence for each source and the one it quotes. `quotes` has the columns of that table; a month published
    before it was made has none.
    """
    return list(_sentences(quotes)) if quotes is not None else []


def _sentences(quotes: pl.DataFrame) -> Iterator[str]:
    for (source, quoted), rows in quotes.sort("source", "quoted").group_by(["source", "quoted"], maintain_order=True):
        asked, found = int(rows["rows"].sum()), int(rows["found"].sum())
        if asked - found <= FEW * asked:
            continue
        missing = rows.filter(pl.col("found") == 0).sort("rows", "form", descending=[True, False])
        forms = ", ".join(f"'{form}'" for form in missing["form"].head(SHOWN))
        yield (
            f"{source}: {asked - found:,} of {asked:,} quoted {quoted} numbers match no row of {quoted} (forms such as "
            f"{forms}; its own numbers look like '{rows['usual'][0]}'): what both agencies saw may count twice; ask "
            f"{source} to quote the number as {quoted} writes it"
        )
