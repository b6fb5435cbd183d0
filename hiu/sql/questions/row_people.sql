-- The identity of each row, and the person it is as things stand.
SELECT r.delivery_id, r.source_row, r.identity_id, c.person_id
FROM record_identity AS r
LEFT JOIN cluster AS c ON c.identity_id = r.identity_id
