-- Demand per person, month and data set. A supplied cell with nothing to count has no row; a cell not supplied is a
-- row with n null, for everyone with any demand (a data set that never was supplied has none: see coverage). So is a
-- cell of a supplied month whose number was not sent for this person: a part of it would pass for the whole.
WITH units AS (
    SELECT dataset, min(unit) AS unit FROM counting WHERE NOT extra AND unit <> 'event' GROUP BY dataset
),
counts AS (
    SELECT e.person_id, e.month, e.dataset, CAST(sum(coalesce(t.n, 1)) AS BIGINT) AS n
    FROM event AS e
    LEFT JOIN tally AS t ON t.source = e.source AND t.event_id = e.event_id AND t.person_id = e.person_id
    WHERE e.counted AND NOT e.extra AND NOT e.nobody
    GROUP BY e.person_id, e.month, e.dataset
    UNION ALL
    SELECT
        s.person_id, s.month, s.dataset,
        CASE u.unit
            WHEN 'net_night' THEN s.net WHEN 'gross_night' THEN s.gross
            WHEN 'leave_night' THEN s.leave ELSE s.zero_night
        END AS n
    FROM stay_night AS s
    JOIN units AS u ON u.dataset = s.dataset
    JOIN coverage AS v ON v.dataset = s.dataset AND v.month = s.month AND v.supplied
    WHERE NOT s.nobody
),
missing AS (
    SELECT month, dataset
    FROM coverage
    WHERE NOT supplied AND dataset IN (SELECT dataset FROM coverage WHERE supplied)
),
people_seen AS (
    SELECT DISTINCT person_id FROM counts WHERE n > 0
)
SELECT c.person_id, c.month, c.dataset, c.n, TRUE AS supplied
FROM counts AS c
LEFT JOIN missing_count AS u ON u.person_id = c.person_id AND u.month = c.month AND u.dataset = c.dataset
WHERE c.n > 0 AND u.person_id IS NULL
UNION ALL
SELECT p.person_id, m.month, m.dataset, CAST(NULL AS BIGINT) AS n, FALSE AS supplied
FROM people_seen AS p
CROSS JOIN missing AS m
UNION ALL
SELECT person_id, month, dataset, CAST(NULL AS BIGINT) AS n, FALSE AS supplied
FROM missing_count
