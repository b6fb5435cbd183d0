-- The keys that too many descriptions share: those found before, and those of the rules of one depth. Of a rule that lies
-- inside another only entries count whose key of that one is common. Parameter: depth.
SELECT rule, key
FROM key_common
UNION ALL
SELECT k.rule, k.key
FROM node_key AS k
JOIN key_rule AS r ON r.rule = k.rule AND r.depth = $depth
LEFT JOIN key_common AS c ON c.rule = r.inside AND c.key = k.inside
WHERE r.inside IS NULL OR c.rule IS NOT NULL
GROUP BY k.rule, k.key
HAVING count(DISTINCT k.node) > min(r.most)
