"""The page of what is installed with the product: each package of the lock of what runs, its version and its licence.

`python -m pipelines.setup.pages.licences` writes it. Versions are the lock's. A licence is what the installed package
says of itself, so the page is made where every extra is installed.
"""

import re
from importlib import metadata
from pathlib import Path

from pipelines.setup.platforms import LOCK, ROOT

TARGET = ROOT / "docs" / "licences.md"
UNREAD = "not installed where this was made"
_PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
_ROW = re.compile(r"^\| ([\w.-]+) \| (\d\S*) \| (.+) \|$", re.MULTILINE)
_HEAD = """# Licences of what is installed

Made by `python -m pipelines.setup.pages.licences` from `{lock}` and from what the installed packages say of
themselves; a test compares them. The product itself is under the [MIT licence](../LICENSE). Its code lists, and the two
example crosswalks of places, are in [versioning.md](versioning.md#code-lists).

This is every package of the lock, all extras that it has included; an installation has fewer
([install.md](install.md#extras)). The licence of a package of another system or another Python was read from that
package where it was installed. The extra `spark` is in no lock: read its packages yourself. Whether a licence suits
your organisation is for you to say. Look first at those that are not permissive:

{others}

| package | version | licence |
|---|---|---|
"""


def pins(lock: Path) -> list[tuple[str, str]]:
    """Packages and versions that a lock pins, by name; a package can have a version for each Python."""
    return sorted(_PIN.findall(lock.read_text(encoding="utf-8")))


def licence(package: str, version: str) -> str:
    """What the installed package says of its licence; UNREAD where that version is not installed."""
    try:
        found = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return UNREAD
    if found["Version"] != version:
        return UNREAD
    classes = [one.rpartition(" :: ")[2] for one in found.get_all("Classifier") or () if one.startswith("License ::")]
    # a field that is not there is None, or an error where a newer reader of metadata is installed beside Python's
    stated, expression = ((found.get_all(field) or [""])[0] for field in ("License", "License-Expression"))
    text = (stated or "").strip().splitlines()
    return expression or "; ".join(classes) or (text[0].strip() if text else "") or "says nothing"


def licences(text: str) -> dict[tuple[str, str], str]:
    """Licences by package and version, as a page states them."""
    return {(name, version): found for name, version, found in _ROW.findall(text)}


def page() -> str:
    """The page as Markdown. What is not installed here keeps what the page states from another computer."""
    before = licences(TARGET.read_text(encoding="utf-8"))
    found = {(name, version): licence(name, version) for name, version in pins(ROOT / LOCK)}
    rows = [(*pin, before.get(pin, UNREAD) if text == UNREAD else text) for pin, text in found.items()]
    others = [f"- {name}: {text}" for name, _, text in rows if re.search(r"GPL|General Public|MPL|Mozilla|EUPL", text)]
    head = _HEAD.format(lock=LOCK, others="\n".join(others) or "- none")
    return head + "".join(f"| {name} | {version} | {text} |\n" for name, version, text in rows)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8", newline="\n")
