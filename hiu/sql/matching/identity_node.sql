-- The description of each identity: the smallest identity that says the same.
SELECT identity_id, min(identity_id) OVER (PARTITION BY mark) AS node_id
FROM identity_text
