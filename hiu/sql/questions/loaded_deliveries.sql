-- Every delivery, the recipe it was loaded by, and whether it is the latest of its file; `twin`: nothing stands in its
-- place, or the same bytes do.
SELECT
    d.delivery_id, d.source, d.source_file, d.sha256, r.recipe,
    n.delivery_id IS NULL OR n.source_file <> d.source_file AS latest,
    n.delivery_id IS NULL OR n.sha256 = d.sha256 AS twin
FROM deliveries AS d
JOIN delivery_recipe AS r ON r.delivery_id = d.delivery_id
LEFT JOIN deliveries AS n ON n.delivery_id = d.replaced_by
ORDER BY d.delivery_id
