-- Demand of each person, month and data set: 0 where the source supplied the month and there is nothing to count, null
-- where it did not, or where this person's number is missing.
SELECT
    p.person_token, m.month_start, d.dataset_code,
    CASE WHEN n.person_id IS NULL THEN coalesce(c.supplied, FALSE) ELSE n.supplied END AS is_supplied,
    CASE
        WHEN n.person_id IS NOT NULL AND n.supplied THEN n.n
        WHEN n.person_id IS NULL AND c.supplied THEN 0
    END AS demand_count
FROM mart_member AS p
CROSS JOIN dim_month AS m
CROSS JOIN dim_dataset AS d
LEFT JOIN monthly_demand AS n
    ON n.person_id = p.person_id AND n.month = m.month_start AND n.dataset = d.dataset_code
LEFT JOIN coverage AS c ON c.month = m.month_start AND c.dataset = d.dataset_code
