-- What the rows in force say of each contact beside when it was. Parameter: after (the day after the month).
-- An event of another source that a row quotes is said where it is one of the same person's: of others nothing is told.
WITH own AS (
    SELECT DISTINCT source || ':' || event_id AS event, person_id FROM links WHERE event_id IS NOT NULL
)
SELECT l.source, l.event_id, l.person_id, r.spell_id, r.details, o.event AS quotes
FROM links AS l
JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
LEFT JOIN quoted AS q ON q.related = r.related
LEFT JOIN own AS o ON o.event = coalesce(q.event, r.related) AND o.person_id = l.person_id
WHERE l.status IN ('counted', 'not_counted') AND NOT r.nobody AND l.event_id IS NOT NULL AND l.person_id IS NOT NULL
    AND r.start < $after
