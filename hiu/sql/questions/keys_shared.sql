-- How many rows of other deliveries of a source, in force or not, have a key of one of its deliveries: where there are
-- none, what keys_again compares need not be looked for. Parameters: source, delivery_id.
SELECT count(*) AS n
FROM record
WHERE source = $source
    AND delivery_id <> $delivery_id
    AND record_id IN (SELECT record_id FROM record WHERE delivery_id = $delivery_id)
