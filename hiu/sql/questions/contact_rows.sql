-- The rows of every contact that counts in a period, with what they keep of where it was; of a stay the rows of each
-- that goes on in the period. A detention and an assessment under the Mental Health Act are marked.
-- Parameters: since (first day), after (day after the last).
WITH contact AS (
    SELECT
        source, event_id, person_id,
        min(CASE WHEN counted THEN start END) AS start,
        bool_or(dataset IN ('s136', 'mha_assessment')) AS under_the_act
    FROM event
    WHERE NOT extra AND NOT nobody AND start >= $since AND start < $after
    GROUP BY source, event_id, person_id
    HAVING bool_or(counted)
)
SELECT DISTINCT
    e.source, e.event_id, e.person_id, e.start, coalesce(t.n, 1) AS contacts, e.under_the_act, FALSE AS stay,
    r.postcode, r.details
FROM contact AS e
JOIN links AS l ON l.source = e.source AND l.event_id = e.event_id AND l.person_id = e.person_id
JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
LEFT JOIN tally AS t ON t.source = e.source AND t.event_id = e.event_id AND t.person_id = e.person_id
WHERE l.status = 'counted' AND coalesce(t.n, 1) > 0
UNION
SELECT
    s.source, s.event_id, s.person_id, greatest(min(s.start), CAST($since AS TIMESTAMP)) AS start, 1 AS contacts,
    FALSE AS under_the_act, TRUE AS stay, r.postcode, r.details
FROM stay AS s
JOIN record AS r ON r.delivery_id = s.delivery_id AND r.source_row = s.source_row
WHERE NOT s.nobody AND s.event_id IS NOT NULL AND s.start < $after
    AND (s.day_out IS NULL OR s.day_out > $since OR s.start >= $since)
GROUP BY s.source, s.event_id, s.person_id, r.postcode, r.details
