-- How many dates of birth each name is seen with, by which a name is common or rare; '' where there is none.
SELECT 'given' AS kind, coalesce(given, '') AS word, count(DISTINCT dob) AS births
FROM identity_text
WHERE dob IS NOT NULL
GROUP BY coalesce(given, '')
UNION ALL
SELECT 'family' AS kind, coalesce(family, '') AS word, count(DISTINCT dob) AS births
FROM identity_text
WHERE dob IS NOT NULL
GROUP BY coalesce(family, '')
