-- Every row ever received, traced to a person, with what became of it. A row counts when it has a measure that counts
-- and is not a duplicate of an incident counted already. Parameter: month_after.
WITH counts AS (
    SELECT DISTINCT source, measure, dataset, unit FROM counting WHERE NOT extra
),
measured AS (
    SELECT delivery_id, source_row, source, event_id, person_id, unnest(measures) AS measure
    FROM latest
    WHERE state = 'live' AND start < $month_after
),
counted AS (
    SELECT DISTINCT m.delivery_id, m.source_row
    FROM measured AS m
    JOIN counts AS n ON n.source = m.source AND n.measure = m.measure
    LEFT JOIN event AS e
        ON e.dataset = n.dataset AND e.source = m.source AND e.event_id = m.event_id
        AND e.person_id = m.person_id AND e.counted AND NOT e.extra
    WHERE n.unit <> 'event' OR e.event_id IS NOT NULL
)
SELECT
    c.source,
    c.source_file,
    l.source_row,
    l.delivery_id,
    CASE
        WHEN l.state <> 'live' THEN l.state
        WHEN n.source_row IS NOT NULL THEN 'counted'
        ELSE 'not_counted'
    END AS status,
    l.event_id,
    l.identity_id,
    l.person_id,
    l.match_weight,
    l.match_probability,
    l.how
FROM latest AS l
JOIN current AS c ON c.delivery_id = l.delivery_id
LEFT JOIN counted AS n ON n.delivery_id = l.delivery_id AND n.source_row = l.source_row
UNION ALL
SELECT
    c.source,
    c.source_file,
    q.source_row,
    q.delivery_id,
    'quarantined' AS status,
    CAST(NULL AS VARCHAR) AS event_id,
    CAST(NULL AS VARCHAR) AS identity_id,
    CAST(NULL AS VARCHAR) AS person_id,
    CAST(NULL AS DOUBLE) AS match_weight,
    CAST(NULL AS DOUBLE) AS match_probability,
    CAST(NULL AS VARCHAR) AS how
FROM quarantine AS q
JOIN current AS c ON c.delivery_id = q.delivery_id
LEFT JOIN latest AS l ON l.delivery_id = q.delivery_id AND l.source_row = q.source_row
WHERE l.delivery_id IS NULL
