-- Which identity was at which event that another source quotes: the same event seen twice is evidence for matching.
WITH sound AS (
    SELECT i.identity_id, r.source, r.source || ':' || r.event_id AS own,
        coalesce(q.event, r.related) AS event
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    JOIN record_identity AS i ON i.delivery_id = r.delivery_id AND i.source_row = r.source_row
    LEFT JOIN quoted AS q ON q.related = r.related
    WHERE c.in_force AND NOT r.quarantined AND NOT r.nobody
),
named AS (
    SELECT DISTINCT event FROM sound WHERE event IS NOT NULL
)
SELECT s.identity_id, s.source, n.event
FROM sound AS s
JOIN named AS n ON n.event = s.own
UNION
SELECT identity_id, source, event
FROM sound
WHERE event IS NOT NULL
