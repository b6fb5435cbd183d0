-- Deliveries of a source, and of any source those with the same bytes. Parameters: source, sha256.
SELECT delivery_id, source, source_file, sha256, period, covers_from, covers_to, received, replaced_by
FROM deliveries
WHERE source = $source OR sha256 = $sha256
ORDER BY delivery_id
