-- The rows in force of the sources that fill a table of the pathway, to the month's end. Parameter: after (the day after
-- the month). A row without a start is of a register, which is read as at the month's end.
SELECT l.source, l.delivery_id, l.source_row, l.event_id, l.person_id, r.start, r.nobody, r.related, r.details
FROM links AS l
JOIN pathway_source AS p ON p.source = l.source
JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
WHERE l.status IN ('counted', 'not_counted') AND l.person_id IS NOT NULL AND (r.start IS NULL OR r.start < $after)
