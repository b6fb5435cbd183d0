-- Rows set aside of the deliveries a month may see, in the order of the files.
SELECT q.*
FROM quarantine AS q
JOIN current AS c ON c.delivery_id = q.delivery_id
ORDER BY q.source_file, q.source, q.source_row
