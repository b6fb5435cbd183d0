-- Which identity was at which event that another source quotes: the same event seen twice is evidence for matching.
WITH sound AS (
    SELECT i.identity_id, r.source, r.source || ':' || r.event_id AS own, r.related
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    JOIN record_identity AS i ON i.delivery_id = r.delivery_id AND i.source_row = r.source_row
    WHERE c.in_force AND NOT r.quarantined AND NOT r.nobody
),
quoted AS (
    SELECT DISTINCT related AS event FROM sound WHERE related IS NOT NULL
)
SELECT s.identity_id, s.source, q.event
FROM sound AS s
JOIN quoted AS q ON q.event = s.own
UNION
SELECT identity_id, source, related AS event
FROM sound
WHERE related IS NOT NULL
