-- One round of finding components: each description takes the smallest part among those it is joined to, and then the part
-- of that one. When none moved, all that are joined are of one part.
WITH side AS (
    SELECT node_a AS node_id, node_b AS other FROM pair_joined
    UNION ALL
    SELECT node_b AS node_id, node_a AS other FROM pair_joined
),
near AS (
    SELECT s.node_id, min(p.part) AS part
    FROM side AS s
    JOIN node_part AS p ON p.node_id = s.other
    GROUP BY s.node_id
),
hooked AS (
    SELECT p.node_id, p.part AS before, least(p.part, n.part) AS part
    FROM node_part AS p
    JOIN near AS n ON n.node_id = p.node_id
)
SELECT h.node_id, least(h.part, t.part) AS part, least(h.part, t.part) <> h.before AS moved
FROM hooked AS h
JOIN hooked AS t ON t.node_id = h.part
