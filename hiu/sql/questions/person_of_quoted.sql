-- Rows of the pathway that name nobody and quote an event of another source of the pathway: the person of that event,
-- where it is one. An erasure, an objection and a person's own file reach such a row by it.
WITH quoting AS (
    SELECT r.delivery_id, r.source_row, coalesce(q.event, r.related) AS event
    FROM record AS r
    JOIN pathway_source AS p ON p.source = r.source
    LEFT JOIN quoted AS q ON q.related = r.related
    WHERE r.nobody AND r.related IS NOT NULL
),
named AS (
    SELECT r.source || ':' || r.event_id AS event, min(c.person_id) AS person_id
    FROM record AS r
    JOIN pathway_source AS p ON p.source = r.source
    JOIN record_identity AS i ON i.delivery_id = r.delivery_id AND i.source_row = r.source_row
    JOIN cluster AS c ON c.identity_id = i.identity_id
    WHERE NOT r.nobody AND r.event_id IS NOT NULL
    GROUP BY r.source || ':' || r.event_id
    HAVING count(DISTINCT c.person_id) = 1
)
SELECT q.delivery_id, q.source_row, n.person_id
FROM quoting AS q
JOIN named AS n ON n.event = q.event
