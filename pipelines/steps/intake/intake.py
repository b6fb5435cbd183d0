"""What one run took in, and what a person should know of it."""

from collections import Counter
from dataclasses import dataclass, field

from hiu.errors import InputRefused
from hiu.extract.files.numbering import some_files
from hiu.publish.words.text import count_of


@dataclass
class Intake:
    """What one run took in: rows received, staged and set aside, and what a person should know.

    `earlier` holds warnings about deliveries of months before the run's; `not_reread` says which hold as they were read
    before, since they can't be read now; `notes` are for information, `earlier_notes` those on files of months before;
    `reasons` counts quarantined rows by code, `aside` names their files and lines.
    """

    received: int = 0
    staged: int = 0
    quarantined: int = 0
    loaded: list[str] = field(default_factory=list)
    refused: list[InputRefused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    not_reread: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    earlier_notes: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    aside: list[str] = field(default_factory=list)

    def warning_lines(self) -> list[str]:
        """The warnings, with a line for what was set aside and one for what concerns earlier months."""
        lines = list(self.warnings)
        if self.reasons:
            codes = ", ".join(f"{n} for {code}" for code, n in sorted(self.reasons.items()))
            lines.append(f"{count_of(self.quarantined, 'row')} set aside ({codes}): {some_files(self.aside)}")
        if self.not_reread:
            more = f" and {len(self.not_reread) - 3} more" * (len(self.not_reread) > 3)
            them, some = count_of(len(self.not_reread), "delivery holds", "deliveries hold"), self.not_reread[:3]
            lines.append(f"{them} as read before, which the mapping as it is now can't read: {'; '.join(some)}{more}")
        if self.earlier:
            lines.append(
                f"{count_of(len(self.earlier), 'remark')} on deliveries of earlier months: see the quality page"
            )
        return lines
