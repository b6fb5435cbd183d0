"""What a command cannot do without beside the core: asked before anything is read, shown or recorded."""

NEEDS: dict[str, tuple[str, ...]] = {
    "check": ("gate",),
    "run": ("gate", "papers"),
    "demo": ("gate", "papers"),
    "meet": ("gate", "papers"),
    "unattended": ("gate", "papers"),
    "lab": ("notebooks",),
    "report": ("notebooks",),
    **dict.fromkeys(("sheet", "places", "desk", "s136", "missing", "offers", "senior", "subject"), ("papers",)),
    **dict.fromkeys(("basis", "rollback", "withdraw", "restore", "erase"), ("papers",)),
    "cross": ("network",),
    "compare": ("network", "papers"),
}
"""Command -> its extras (`hiu.extras`). Those in the second line of papers make a month's pages anew."""
