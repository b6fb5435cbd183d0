"""A new site: its folders with owner-only rights, its key, and a site.toml that explains every setting."""

import json
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path

from hiu.errors import UsageError
from hiu.govern.basis.agreements import agreement_block
from hiu.govern.basis.gate import basis_block
from hiu.govern.keys import make_key
from hiu.govern.rights import make_private

FOLDERS = ("data/raw", "data/curated", "sources", "expectations", "keys")
KEY_FILE = "keys/site.key"
SHARED = (
    ("support", "group"),
    ("support", "clinician"),
    ("support", "analyst"),
    ("planning", "analyst"),
    ("planning", "commissioner"),
)
"""Purposes and recipients a site may have a basis for."""
_IGNORED = "# Never committed: what partners sent and was made of it, groups, the key.\n/data/\n/groups.csv\n/keys/\n"


def init_site(
    folder: Path, *, name: str, synthetic: bool, today: date, sources: Sequence[str], key_file: Path | None = None
) -> list[Path]:
    """Make a site in a folder; returns every path made.

    `sources` are the sources to have an agreement each: a synthetic site grants its own, a live one gets
    blocks to fill and takes nothing until they are. So with the basis, without which nobody is shown.
    `key_file` (default keys/site.key, outside data/) may be anywhere outside the data folders; an existing key
    is kept. Raises UsageError if a site is already there, or a file.
    """
    if (folder / "site.toml").exists():
        raise UsageError(f"{folder}: there is a site already (site.toml); nothing was changed")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: found a file; expected a folder, or a name that is still free")
    made = [make_private(folder), *(make_private(folder / part) for part in FOLDERS)]
    key = folder / (key_file or KEY_FILE)
    if not key.exists():
        made.append(make_key(key, outside=[folder / "data"]))
    made.append(_write(folder / ".gitignore", _IGNORED))
    text = site_toml(name=name, synthetic=synthetic, today=today, sources=sources, key_file=key_file)
    return [*made, _write(folder / "site.toml", text)]


def site_toml(*, name: str, synthetic: bool, today: date, sources: Sequence[str], key_file: Path | None = None) -> str:
    """The text of a site.toml: what this site sets, and every other setting at its default, commented out."""
    blocks = [_granted(source, today) if synthetic else _to_fill(source, today) for source in sources]
    template = resources.files(__package__).joinpath("site_template.toml").read_text(encoding="utf-8")
    values = {
        "@NAME@": _string(name),
        "@SYNTHETIC@": "true" if synthetic else "false",
        "@KEY_FILE@": _string((key_file or Path(KEY_FILE)).as_posix()),
        "@BASIS@": "\n".join(_basis(*pair, today, synthetic) for pair in SHARED),
        "@AGREEMENTS@": "\n".join(blocks),
    }
    for mark, value in values.items():
        template = template.replace(mark, value)
    return template


def _basis(purpose: str, recipient: str, today: date, synthetic: bool) -> str:
    """A site's leave to share: a synthetic one's own, or what the controllers of a live one have to fill in."""
    if synthetic:
        return (
            f'[[basis]]\npurpose = "{purpose}"\nrecipient = "{recipient}"\n'
            'code = "synthetic data: nobody to protect"\n'
            'decided_by = "nobody: the people are invented"\nevidence = "none needed"\n' + _for_decades(today)
        )
    head, *rest = basis_block(purpose, recipient, today).splitlines()
    return f"# {head}\n" + "".join(f"#   {line}\n" for line in rest)


def _for_decades(today: date) -> str:
    return f"start = {date(today.year - 20, 1, 1)}\nend = {date(today.year + 20, 12, 31)}\n"


def _granted(source: str, today: date) -> str:
    return (
        f'[[agreements]]\nsource = "{source}"\n{_for_decades(today)}'
        'reference = "synthetic data: no agreement needed"\nsigned_by = "nobody: the people are invented"\n'
    )


def _to_fill(source: str, today: date) -> str:
    return "".join(f"# {line}\n" for line in agreement_block(source, today).splitlines())


def _string(text: str) -> str:
    """A TOML basic string (JSON's escapes are TOML's, but for DEL)."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path
