-- The stays of a source that a month may see. Parameters: source, after (the day after the month).
SELECT l.person_id, r.start, r."end", l.source, l.event_id
FROM links AS l
JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
WHERE l.source = $source AND l.status IN ('counted', 'not_counted') AND NOT r.nobody
    AND l.person_id IS NOT NULL AND l.event_id IS NOT NULL AND r.start < $after
