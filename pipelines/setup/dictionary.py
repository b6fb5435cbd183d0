"""The data dictionary as Markdown, from hiu/model: `python -m pipelines.setup.dictionary` writes it."""

from pathlib import Path

from hiu.model import TABLES, Table

TARGET = Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary

Generated from `hiu/model` by `python -m pipelines.setup.dictionary`; a test holds the two together.
**Personal** columns identify or describe a person. Published tables are Parquet files in
`published/<month>-<run>/`; warehouse tables are inside the working database and read by no one else; records of
governance are what people entered about basis, disclosure, holds and erasure, a file of lines each in `records/`.
"""

PLACES = """Published as the tables above, by a site alone that has a crosswalk of places ([places.md](places.md)).
"""


PATHWAY = """Published as the tables above, by a site alone that has a source of them ([pathway.md](pathway.md)).
"""


MART = """Made of the tables above by `hiu mart`, for tools such as Power BI ([mart.md](mart.md)): Parquet files in
`mart/<recipient>/<month>/`. Facts join dimensions by the columns of the same name; the three places of a contact join
`dim_place` by `place_key`. `hiu mart` alone writes `mart_name`, in a folder of its own, and only when asked.

```sql
SELECT p.age_band, m.financial_year, d.dataset_name, sum(f.demand_count) AS contacts
FROM fact_demand f
JOIN dim_person p ON p.person_token = f.person_token
JOIN dim_month m ON m.month_start = f.month_start
JOIN dim_dataset d ON d.dataset_code = f.dataset_code
WHERE f.is_supplied
GROUP BY p.age_band, m.financial_year, d.dataset_name
```
"""


def dictionary() -> str:
    """Every table with its key and columns: type, unit, codes, personal or not, meaning."""
    published = [table for table in TABLES.values() if table.layer == "published"]
    working = [table for table in TABLES.values() if table.layer == "warehouse"]
    places = [table for table in TABLES.values() if table.layer == "places"]
    pathway = [table for table in TABLES.values() if table.layer == "pathway"]
    mart = [table for table in TABLES.values() if table.layer == "mart"]
    kept = [table for table in TABLES.values() if table.layer == "records"]
    parts = [HEAD, "## Published", *map(_table, published)]
    parts += ["## Places", PLACES, *map(_table, places), "## The crisis pathway", PATHWAY, *map(_table, pathway)]
    parts += ["## The mart", MART, *map(_table, mart)]
    parts += ["## Warehouse", *map(_table, working)]
    parts += ["## Records of governance", *map(_table, kept)]
    return "\n".join(parts).rstrip() + "\n"


def _table(table: Table) -> str:
    lines = [
        f"### {table.name}",
        "",
        table.meaning,
        "",
        f"Key: {', '.join(f'`{name}`' for name in table.key)}",
        "",
        "| column | type | unit | personal | may be empty | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for column in table.columns:
        codes = f" One of: {', '.join(column.codes)}." if column.codes else ""
        cells = (
            f"`{column.name}`",
            column.type,
            column.unit,
            "yes" if column.personal else "",
            "yes" if column.nullable else "",
            column.meaning.replace("|", "\\|") + codes,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    TARGET.write_text(dictionary(), encoding="utf-8", newline="\n")
