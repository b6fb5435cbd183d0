-- What the rows in force say of each contact beside when it was. Parameter: after (the day after the month).
SELECT l.source, l.event_id, l.person_id, r.spell_id, r.details
FROM links AS l
JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
WHERE l.status IN ('counted', 'not_counted') AND NOT r.nobody AND l.event_id IS NOT NULL AND l.person_id IS NOT NULL
    AND r.start < $after
