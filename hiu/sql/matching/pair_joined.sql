-- The pairs that still join where a component has more descriptions than `largest`: those of at least this weight, and those
-- that a reviewer decided. Parameters: weight, largest.
WITH big AS (
    SELECT part FROM node_part GROUP BY part HAVING count(*) > $largest
)
SELECT j.node_a, j.node_b, j.weight
FROM pair_joined AS j
JOIN node_part AS p ON p.node_id = j.node_a
LEFT JOIN big AS b ON b.part = p.part
WHERE b.part IS NULL OR j.weight IS NULL OR j.weight >= $weight
