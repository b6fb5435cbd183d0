-- People a register in force says have died, as it stands today, and the earliest day it gives; and those whose name was
-- sent with the flag DECEASED in a delivery in force, with no day (by_name), which somebody has to check.
SELECT
    c.person_id,
    min(d.died) AS died,
    min(d.by_name) = 1 AS by_name
FROM (
    SELECT f.delivery_id, f.source_row, f.at AS died, 0 AS by_name FROM fact AS f WHERE f.fact = 'death'
    UNION ALL
    SELECT r.delivery_id, r.source_row, CAST(NULL AS DATE) AS died, 1 AS by_name
    FROM record AS r
    WHERE '|' || r.flags || '|' LIKE '%|DECEASED|%' AND NOT r.nobody AND NOT r.quarantined AND NOT r.deleted
) AS d
JOIN current AS u ON u.delivery_id = d.delivery_id AND u.in_force
JOIN record_identity AS r ON r.delivery_id = d.delivery_id AND r.source_row = d.source_row
JOIN cluster AS c ON c.identity_id = r.identity_id
GROUP BY c.person_id
ORDER BY c.person_id
