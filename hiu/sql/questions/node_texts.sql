-- Every description, for the tasks that make its keys.
SELECT node_id, text, shared, able, "rows", events
FROM node_text
