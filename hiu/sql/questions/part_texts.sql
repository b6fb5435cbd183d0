-- The descriptions of each component, many components a batch, for the tasks that resolve them.
SELECT substring(md5(p.part), 1, 2) AS batch, p.part, n.node_id, n.text, n.shared, n.able, n."rows", n.events
FROM node_part AS p
JOIN node_text AS n ON n.node_id = p.node_id
