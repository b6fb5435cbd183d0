-- Deliveries a month is counted from and the recipe each was read by: what a run depends on. Parameter: month.
SELECT d.delivery_id, r.recipe
FROM deliveries AS d
JOIN delivery_recipe AS r ON r.delivery_id = d.delivery_id
WHERE d.replaced_by IS NULL AND (d.period IS NULL OR d.period <= $month)
ORDER BY d.delivery_id
