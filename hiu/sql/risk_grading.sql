-- Risk gradings as at the month's end, from the register in force and from meetings. Parameter: month_after.
-- A grading without a date holds from the first month there is, so that any dated one is later. A grading without an
-- owner is clinical: the register is the team's. Of two on one day the later in the register holds.
WITH held AS (
    SELECT
        l.person_id,
        coalesce(f.at, (SELECT min(month) FROM calendar)) AS at,
        coalesce(f.role, 'clinical') AS role,
        f.likelihood,
        f.impact,
        f.grade,
        f.source,
        f.source_row,
        f.position
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND f.fact = 'grading'
    UNION ALL
    SELECT person_id, at, role, likelihood, impact, NULL AS grade, 'meeting' AS source, 0 AS source_row, position
    FROM meeting_fact
    WHERE fact = 'grading'
)
SELECT
    person_id,
    at,
    role,
    likelihood,
    impact,
    CASE
        WHEN likelihood * impact >= 15 THEN 'High'
        WHEN likelihood * impact >= 5 THEN 'Medium'
        WHEN likelihood * impact >= 1 THEN 'Low'
        ELSE grade
    END AS grade,
    source
FROM held
WHERE at < $month_after
QUALIFY row_number() OVER (PARTITION BY person_id, at, role, source ORDER BY source_row DESC, position DESC) = 1
