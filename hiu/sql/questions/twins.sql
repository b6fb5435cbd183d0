-- Other files in force with the same bytes and rows in them. Parameters: source, sha256, name (the file itself).
SELECT delivery_id, source_file
FROM deliveries
WHERE source = $source AND sha256 = $sha256 AND source_file <> $name AND replaced_by IS NULL
    AND source_file IN (SELECT source_file FROM deliveries WHERE sha256 = $sha256 AND received > 0)
ORDER BY source_file
