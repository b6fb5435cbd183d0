-- The stays of a source that a month may see. Parameters: source, after (the day after the month).
SELECT person_id, start, "end", ended, source, event_id
FROM stay
WHERE source = $source AND NOT nobody AND event_id IS NOT NULL AND start < $after
