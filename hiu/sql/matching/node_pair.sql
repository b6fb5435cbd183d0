-- Every two descriptions that share a key which is not too common.
WITH entry AS (
    SELECT DISTINCT k.rule, k.key, k.node
    FROM node_key AS k
    JOIN key_rule AS r ON r.rule = k.rule
    LEFT JOIN key_common AS outside ON outside.rule = r.inside AND outside.key = k.inside
    LEFT JOIN key_common AS own ON own.rule = k.rule AND own.key = k.key
    WHERE own.rule IS NULL AND (r.inside IS NULL OR outside.rule IS NOT NULL)
)
SELECT DISTINCT a.node AS node_a, b.node AS node_b
FROM entry AS a
JOIN entry AS b ON b.rule = a.rule AND b.key = a.key AND b.node > a.node
