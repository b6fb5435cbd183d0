"""A table whose rows a click on a heading orders: a script of a few lines in the page, and nothing fetched."""

from typing import Protocol

SCRIPT = """<script>
(() => {
  const table = document.currentScript.previousElementSibling.querySelector("table");
  const body = table.tBodies[0];
  const number = (text) => /^-?[\\d,]+(\\.\\d+)?(e[+-]?\\d+)?$/.test(text) ? Number(text.replace(/,/g, "")) : NaN;
  const months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const value = (text) => {
    const day = text.match(/^(?:(\\d{1,2}) )?([A-Z][a-z]{2}) (\\d{4})(?: (\\d\\d):(\\d\\d))?$/);
    if (!day) return number(text);
    return Date.UTC(day[3], months.indexOf(day[2]) / 3, day[1] || 1, day[4] || 0, day[5] || 0);
  };
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  };
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    button.style.cssText = "font:inherit;background:none;border:0;padding:0;cursor:pointer;text-decoration:underline";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      [...table.tHead.rows[0].cells].forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const text = (row) => row.cells[at].textContent;
      const rows = [...body.rows].sort((a, b) => {
        if (!text(a) || !text(b)) return !text(a) - !text(b);
        return (down ? -1 : 1) * compare(text(a), text(b));
      });
      body.replaceChildren(...rows);
    });
  });
})();
</script>"""


class Drawn(Protocol):
    """A table that draws itself, with a row of the page for each of its own."""

    def html(self, *, fold: bool = True) -> str: ...


class Sortable:
    """A table for a notebook, its rows ordered by a click on a heading; empty cells stay last."""

    def __init__(self, table: Drawn) -> None:
        self._table = table

    def _repr_html_(self) -> str:
        return f"<div>{self._table.html(fold=False)}</div>{SCRIPT}"

    def __repr__(self) -> str:
        return repr(self._table)
