-- The pairs of different components that are worth a reviewer's look. Parameter: weight.
SELECT w.node_a, w.node_b, w.pattern, w.weight
FROM pair_weight AS w
LEFT JOIN node_part AS a ON a.node_id = w.node_a
LEFT JOIN node_part AS b ON b.node_id = w.node_b
WHERE w.weight >= $weight AND (a.part IS NULL OR b.part IS NULL OR a.part <> b.part)
