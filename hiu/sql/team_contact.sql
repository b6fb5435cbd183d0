-- Contacts with the team as at the month's end, from the register in force, numbered by person. Parameter: month_after.
SELECT
    l.person_id,
    f.at,
    row_number() OVER (PARTITION BY l.person_id ORDER BY f.at, f.source_row, f.position) AS position,
    f.value AS kind,
    f.police_present
FROM fact AS f
JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
WHERE l.state = 'live' AND l.person_id IS NOT NULL AND f.fact = 'contact' AND f.at < $month_after
