-- Every two descriptions that are to be compared, for the tasks that weigh pairs.
SELECT
    p.node_a, a.text AS text_a, a.shared AS shared_a, a.able AS able_a, a.events AS events_a,
    p.node_b, b.text AS text_b, b.shared AS shared_b, b.able AS able_b, b.events AS events_b
FROM node_pair AS p
JOIN node_text AS a ON a.node = p.node_a
JOIN node_text AS b ON b.node = p.node_b
