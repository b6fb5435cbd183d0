-- How many pairs that are no reviewer's join components of more descriptions than `largest`. Parameter: largest.
WITH big AS (
    SELECT part FROM node_part GROUP BY part HAVING count(*) > $largest
)
SELECT count(*) AS pairs
FROM pair_joined AS j
JOIN node_part AS p ON p.node_id = j.node_a
JOIN big AS b ON b.part = p.part
WHERE j.weight IS NOT NULL
