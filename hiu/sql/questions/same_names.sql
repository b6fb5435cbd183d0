-- Pairs of people who have one full name, where one of the two gives no birth: too little for the matcher to compare them.
-- Parameter: few, the most people who may carry a name.
-- Of all people of a name, the one of whom most is known is paired with each of the others, unless both give an NHS number
-- or they give two sexes.
WITH described AS (
    SELECT
        c.person_id, i.identity_id, i.given, i.family, i."rows", i.sex, i.nhs_number,
        i.dob IS NOT NULL OR i.birth_year IS NOT NULL AS born
    FROM identity AS i
    JOIN cluster AS c ON c.identity_id = i.identity_id
    WHERE NOT i.nobody AND i."rows" > 0 AND c.how <> 'event' AND length(i.given) > 1 AND length(i.family) > 1
),
about AS (
    SELECT
        person_id,
        bool_or(born) AS born,
        min(sex) AS least_sex,
        max(sex) AS most_sex,
        max(nhs_number) AS number
    FROM described
    GROUP BY person_id
),
best AS (
    SELECT person_id, given, family, identity_id, "rows"
    FROM described
    QUALIFY row_number() OVER (PARTITION BY person_id, given, family ORDER BY "rows" DESC, identity_id) = 1
),
placed AS (
    SELECT
        b.given, b.family, b.identity_id, a.person_id, a.born, a.least_sex, a.most_sex, a.number,
        count(*) OVER (PARTITION BY b.given, b.family) AS people,
        row_number() OVER (PARTITION BY b.given, b.family ORDER BY a.born DESC, b."rows" DESC, b.identity_id) AS place
    FROM best AS b
    JOIN about AS a ON a.person_id = b.person_id
)
SELECT
    least(f.identity_id, o.identity_id) AS identity_a,
    greatest(f.identity_id, o.identity_id) AS identity_b,
    CASE WHEN f.identity_id < o.identity_id THEN f.person_id ELSE o.person_id END AS cluster,
    CASE WHEN f.identity_id < o.identity_id THEN o.person_id ELSE f.person_id END AS cluster_b
FROM placed AS f
JOIN placed AS o ON o.given = f.given AND o.family = f.family AND o.place > 1
WHERE f.place = 1
    AND f.people <= $few
    AND NOT o.born
    AND (f.least_sex IS NULL OR o.least_sex IS NULL OR (f.least_sex = o.most_sex AND f.most_sex = o.least_sex))
    AND (f.number IS NULL OR o.number IS NULL)
