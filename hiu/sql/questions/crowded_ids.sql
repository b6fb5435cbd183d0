-- Local numbers that are seen with more dates of birth than `births`, of which none given is one. Parameter: births.
WITH each AS (
    SELECT unnest(string_split(local_ids, '|')) AS number, coalesce(dob, CAST('0001-01-01' AS DATE)) AS dob
    FROM identity_text
    WHERE local_ids IS NOT NULL
)
SELECT number
FROM each
GROUP BY number
HAVING count(DISTINCT dob) > $births
