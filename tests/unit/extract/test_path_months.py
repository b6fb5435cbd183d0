"""The month that a path names: the ways people write it, what is no month, and which holds of several."""

from __future__ import annotations

import pytest

from hiu.extract.files.path_months import path_months
from hiu.month import Month

READ = {
    "2025-09/x.csv": "2025-09",
    "2025-9/x.csv": "2025-09",
    "202509/x.csv": "2025-09",
    "2025_09/x.csv": "2025-09",
    "2025 09/x.csv": "2025-09",
    "2025/09/x.csv": "2025-09",
    "2025/9/x.csv": "2025-09",
    "2025/Sept/x.csv": "2025-09",
    "2025/09 September/x.csv": "2025-09",
    "09-2025/x.csv": "2025-09",
    "9.2025 x.csv": "2025-09",
    "Sep-25/x.csv": "2025-09",
    "sep25.csv": "2025-09",
    "Sept '25/x.csv": "2025-09",
    "Sep \u2013 25/x.csv": "2025-09",
    "SEPTEMBER 2025/x.csv": "2025-09",
    "CustodySeptember2025.csv": "2025-09",
    "x_September_2025_FINAL_v2.csv": "2025-09",
    "20250930/x.csv": "2025-09",
    "x 30.09.2025.csv": "2025-09",
    "x to 30 September 2025.csv": "2025-09",
    "x 1st Sep 25.csv": "2025-09",
    "x September 30th, 2025.csv": "2025-09",
    "30092025.csv": "2025-09",
    "20250930T235959.csv": "2025-09",
    "2009-10/x.csv": "2009-10",
}
UNREAD = (
    "ward 2025-9th.csv",
    "v9.2025/x.csv",
    "x v2.2025.csv",
    "2025-13/x.csv",
    "1202509.csv",
    "id 20250931.csv",
    "30-09-25.csv",
    "09-30-2025.csv",
    "week 39 2025.csv",
    "Summary 25.csv",
    "Mayfield 25.csv",
    "Decision 2025.csv",
    "May 9 wards.csv",
    "Q3 2025/x.csv",
    "x.csv",
)


@pytest.mark.parametrize("path", READ)
def test_a_month_is_read_as_people_write_it(path: str) -> None:
    found = path_months(path)
    assert (str(found.month), found.others, found.day) == (READ[path], (), None)


@pytest.mark.parametrize("path", UNREAD)
def test_what_is_no_month_is_not_taken_for_one(path: str) -> None:
    assert path_months(path).month is None


@pytest.mark.parametrize(
    ("path", "month", "first", "others"),
    [
        ("Aug-Sep 2025/x.csv", "2025-09", "2025-08", ["2025-08"]),
        ("Jul, Aug and Sep 2025/x.csv", "2025-09", "2025-07", ["2025-07", "2025-08"]),
        ("Dec to Jan 2026/x.csv", "2026-01", "2025-12", ["2025-12"]),
        ("2025-08/x_sep25.csv", "2025-09", "2025-08", ["2025-08"]),
        ("2025-09/x_sep25.csv", "2025-09", "2025-09", []),
        ("01042025-30092025.csv", "2025-09", "2025-04", ["2025-04"]),
    ],
)
def test_of_several_months_the_last_holds_and_the_others_are_known(
    path: str, month: str, first: str, others: list[str]
) -> None:
    found = path_months(path)
    assert (str(found.month), str(found.first), [str(one) for one in found.others]) == (month, first, others)


@pytest.mark.parametrize(
    ("path", "month", "day"),
    [
        ("20251002_x_202509.csv", "2025-09", "2025-10"),
        ("x_202509_20251002.csv", "2025-09", "2025-10"),
        ("20251002_202509.csv", "2025-09", "2025-10"),
        ("2025-09/x 2025-10-02.csv", "2025-09", "2025-10"),
        ("2025-09/x 20250930.csv", "2025-09", "None"),
        ("20251002_201012.csv", "2025-10", "None"),
        ("20251002093012.csv", "2025-10", "None"),
    ],
)
def test_a_month_holds_over_the_day_of_an_extract_and_a_time_is_no_month(path: str, month: str, day: str) -> None:
    found = path_months(path)
    assert (str(found.month), str(found.day), found.others) == (month, day, ())


@pytest.mark.parametrize(
    ("path", "first", "month"),
    [
        ("2025-26 M12/x.csv", Month(2026, 3), Month(2026, 3)),
        ("2025-26/M1/x.csv", Month(2025, 4), Month(2025, 4)),
        ("FY2025-26 Month 9.csv", Month(2025, 12), Month(2025, 12)),
        ("Q4 2025/26.csv", Month(2026, 1), Month(2026, 3)),
        ("Feb 2025-26.csv", Month(2026, 2), Month(2026, 2)),
        ("2025-26/2026-02/x.csv", Month(2026, 2), Month(2026, 2)),
    ],
)
def test_a_financial_year_is_read_only_where_the_source_says_so(path: str, first: Month, month: Month) -> None:
    found = path_months(path, financial_year=True)
    assert (found.first, found.month) == (first, month)
    if "2026-02/" not in path:
        assert path_months(path) == type(found)(financial=True)
