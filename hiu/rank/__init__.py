"""Who to offer support to first: intensity, certainty, change labels, and what changed since last month."""

from hiu.rank.changes import changes
from hiu.rank.ranking import Ranking, rank, recount

__all__ = ["Ranking", "changes", "rank", "recount"]
