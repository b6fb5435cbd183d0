-- Schemes of local numbers that give a person one: of at least `people` people, by full name and date of birth, no more
-- than a `share` have several. Parameters: people, share.
WITH each AS (
    SELECT given, family, dob, unnest(string_split(local_ids, '|')) AS number
    FROM identity_text
    WHERE given IS NOT NULL AND family IS NOT NULL AND dob IS NOT NULL AND local_ids IS NOT NULL
),
person AS (
    SELECT
        given, family, dob,
        split_part(number, ':', 1) AS scheme,
        CASE WHEN count(DISTINCT number) > 1 THEN 1 ELSE 0 END AS several
    FROM each
    WHERE number LIKE '%:%'
    GROUP BY given, family, dob, split_part(number, ':', 1)
)
SELECT scheme
FROM person
GROUP BY scheme
HAVING count(*) >= $people AND avg(several) <= $share
