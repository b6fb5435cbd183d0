"""Who to offer support to first: intensity, certainty, change labels, and what changed since last month.

What ranks is loaded when it is asked for: whoever needs a word of the list alone does not wait for the statistics.

What may enter: a room for a kind of question about the list; no module of its own.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiu.rank.listing.changes import changes
    from hiu.rank.listing.ranking import Ranking, rank, recount

__all__ = ["Ranking", "changes", "rank", "recount"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'hiu.rank' has no attribute '{name}'")
    from hiu.rank.listing import changes, ranking

    return getattr(changes if name == "changes" else ranking, name)
