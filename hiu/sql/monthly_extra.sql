-- Side measures per person and month, never added to the data sets: those the sources declare, section 136 as police
-- and health each recorded it, and crisis episodes.
WITH units AS (
    SELECT dataset, min(unit) AS unit FROM counting WHERE extra AND unit <> 'event' GROUP BY dataset
),
found AS (
    SELECT e.person_id, e.month, e.dataset AS measure, coalesce(t.n, 1) AS n
    FROM event AS e
    LEFT JOIN tally AS t ON t.source = e.source AND t.event_id = e.event_id AND t.person_id = e.person_id
    WHERE e.extra AND NOT e.nobody AND e.dataset NOT IN ('s136_police', 's136_health', 's136_both', 'episode')
    UNION ALL
    SELECT person_id, month, 's136_' || side AS measure, 1 AS n
    FROM event
    WHERE side <> '' AND NOT nobody
    UNION ALL
    SELECT person_id, month, 's136_both' AS measure, 1 AS n
    FROM event
    WHERE side = 'health' AND matched AND NOT nobody
    UNION ALL
    SELECT person_id, CAST(date_trunc('month', start) AS DATE) AS month, 'episode' AS measure, 1 AS n
    FROM episode
    UNION ALL
    SELECT
        s.person_id, s.month, s.dataset AS measure,
        CASE u.unit
            WHEN 'net_night' THEN s.net WHEN 'gross_night' THEN s.gross
            WHEN 'leave_night' THEN s.leave ELSE s.zero_night
        END AS n
    FROM stay_night AS s
    JOIN units AS u ON u.dataset = s.dataset
    WHERE NOT s.nobody
)
SELECT person_id, month, measure, sum(f.n) AS n
FROM found AS f
WHERE month IN (SELECT month FROM calendar)
GROUP BY person_id, month, measure
HAVING sum(f.n) > 0
