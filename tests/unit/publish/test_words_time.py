"""Times that people read are UK time; tables hold UTC."""

from datetime import UTC, datetime

import pytest

from hiu.publish.words.text import moment, uk_time


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (datetime(2026, 4, 8, 9, 12), "8 Apr 2026 10:12"),
        (datetime(2026, 12, 8, 9, 12, tzinfo=UTC), "8 Dec 2026 09:12"),
        (datetime(2026, 7, 31, 23, 30), "1 Aug 2026 00:30"),
    ],
    ids=["summer", "winter", "the next day here"],
)
def test_a_time_is_read_as_a_clock_here_shows_it(stored: datetime, read: str) -> None:
    assert moment(stored) == read
    assert uk_time(stored).utcoffset() is not None
