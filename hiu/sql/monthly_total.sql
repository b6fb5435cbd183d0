-- Demand per month and data set, with what rows that name nobody add beside it.
WITH units AS (
    SELECT dataset, min(unit) AS unit FROM counting WHERE NOT extra AND unit <> 'event' GROUP BY dataset
),
counts AS (
    SELECT e.person_id, e.month, e.dataset, e.nobody, CAST(sum(coalesce(t.n, 1)) AS BIGINT) AS n
    FROM event AS e
    LEFT JOIN tally AS t ON t.source = e.source AND t.event_id = e.event_id AND t.person_id = e.person_id
    WHERE e.counted AND NOT e.extra
    GROUP BY e.person_id, e.month, e.dataset, e.nobody
    UNION ALL
    SELECT
        s.person_id, s.month, s.dataset, s.nobody,
        CASE u.unit
            WHEN 'net_night' THEN s.net WHEN 'gross_night' THEN s.gross
            WHEN 'leave_night' THEN s.leave ELSE s.zero_night
        END AS n
    FROM stay_night AS s
    JOIN units AS u ON u.dataset = s.dataset
),
totals AS (
    SELECT
        month,
        dataset,
        sum(CASE WHEN c.nobody THEN 0 ELSE c.n END) AS n,
        sum(CASE WHEN c.nobody THEN 0 ELSE 1 END) AS people,
        sum(CASE WHEN c.nobody THEN c.n ELSE 0 END) AS nobody
    FROM counts AS c
    WHERE c.n > 0
    GROUP BY month, dataset
)
SELECT
    v.month,
    v.dataset,
    CASE WHEN v.supplied THEN coalesce(t.n, 0) END AS n,
    CASE WHEN v.supplied THEN coalesce(t.people, 0) END AS people,
    CASE WHEN v.supplied THEN coalesce(t.nobody, 0) END AS nobody,
    v.supplied
FROM coverage AS v
LEFT JOIN totals AS t ON t.month = v.month AND t.dataset = v.dataset
