-- People a register in force says have died, as it stands today, and the earliest day it gives.
SELECT
    c.person_id,
    min(f.at) AS died
FROM fact AS f
JOIN current AS u ON u.delivery_id = f.delivery_id AND u.in_force
JOIN record_identity AS r ON r.delivery_id = f.delivery_id AND r.source_row = f.source_row
JOIN cluster AS c ON c.identity_id = r.identity_id
WHERE f.fact = 'death'
GROUP BY c.person_id
ORDER BY c.person_id
