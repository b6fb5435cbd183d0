-- How many events each row of monthly counts stands for. An event without a row here is one, at a time of its own.
SELECT l.source, l.event_id, l.person_id, max(r.n) AS n
FROM latest AS l
JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
WHERE l.state = 'live' AND l.person_id IS NOT NULL AND r.n IS NOT NULL
GROUP BY l.source, l.event_id, l.person_id
