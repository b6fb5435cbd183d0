"""Who to offer support to first: intensity, certainty, change labels, and what changed since last month."""

from hiu.rank.listing.changes import changes
from hiu.rank.listing.ranking import Ranking, rank, recount

__all__ = ["Ranking", "changes", "rank", "recount"]
