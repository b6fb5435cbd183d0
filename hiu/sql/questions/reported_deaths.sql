-- People a register in force says have died, as it stands today, and the earliest day it gives; and those whom
-- a row in force has as dead, which somebody has to check (by_row): a name sent with the flag DECEASED, with no day, or an
-- emergency department's row of somebody who was dead on arrival or died there.
SELECT
    c.person_id,
    min(d.died) AS died,
    min(d.by_row) = 1 AS by_row
FROM (
    SELECT f.delivery_id, f.source_row, f.at AS died, 0 AS by_row FROM fact AS f WHERE f.fact = 'death'
    UNION ALL
    SELECT r.delivery_id, r.source_row, CAST(NULL AS DATE) AS died, 1 AS by_row
    FROM record AS r
    WHERE '|' || r.flags || '|' LIKE '%|DECEASED|%' AND NOT r.nobody AND NOT r.quarantined AND NOT r.deleted
    UNION ALL
    SELECT r.delivery_id, r.source_row, CAST(r.start AS DATE) AS died, 1 AS by_row
    FROM record AS r
    WHERE list_contains(r.measures, 'ed_death') AND NOT r.nobody AND NOT r.quarantined AND NOT r.deleted
) AS d
JOIN current AS u ON u.delivery_id = d.delivery_id AND u.in_force
JOIN record_identity AS r ON r.delivery_id = d.delivery_id AND r.source_row = d.source_row
JOIN cluster AS c ON c.identity_id = r.identity_id
GROUP BY c.person_id
ORDER BY c.person_id
