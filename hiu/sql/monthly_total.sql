-- Demand per month and data set: the sum of monthly_demand, with what rows that name nobody add beside it: an event of
-- several such rows once, when it began, as its vehicles or legs are one event of one person too.
WITH units AS (
    SELECT dataset, min(unit) AS unit FROM counting WHERE NOT extra AND unit <> 'event' GROUP BY dataset
),
unnamed AS (
    SELECT min(e.month) AS month, e.dataset, CAST(coalesce(max(t.n), 1) AS BIGINT) AS n
    FROM event AS e
    LEFT JOIN tally AS t ON t.source = e.source AND t.event_id = e.event_id AND t.person_id = e.person_id
    WHERE e.counted AND NOT e.extra AND e.nobody
    GROUP BY e.dataset, e.source, e.event_id, t.person_id
    UNION ALL
    SELECT
        s.month, s.dataset,
        CASE u.unit
            WHEN 'net_night' THEN s.net WHEN 'gross_night' THEN s.gross
            WHEN 'leave_night' THEN s.leave ELSE s.zero_night
        END AS n
    FROM stay_night AS s
    JOIN units AS u ON u.dataset = s.dataset
    WHERE s.nobody
),
nobody AS (
    SELECT month, dataset, sum(n) AS n FROM unnamed GROUP BY month, dataset
),
totals AS (
    SELECT month, dataset, sum(n) AS n, count(*) AS people FROM monthly_demand WHERE n > 0 GROUP BY month, dataset
)
SELECT
    v.month,
    v.dataset,
    CASE WHEN v.supplied THEN coalesce(t.n, 0) END AS n,
    CASE WHEN v.supplied THEN coalesce(t.people, 0) END AS people,
    CASE WHEN v.supplied THEN coalesce(b.n, 0) END AS nobody,
    v.supplied
FROM coverage AS v
LEFT JOIN totals AS t ON t.month = v.month AND t.dataset = v.dataset
LEFT JOIN nobody AS b ON b.month = v.month AND b.dataset = v.dataset
