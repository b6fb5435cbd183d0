-- Each identity with the person it is, its rows and its NHS number: what match review weighs.
SELECT i.identity_id, c.person_id AS cluster, i."rows", i.nhs_number
FROM identity AS i
JOIN cluster AS c ON c.identity_id = i.identity_id
