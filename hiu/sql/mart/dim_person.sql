-- What is said of each person in a mart. What fewer than $fewest people share is not shown.
WITH own AS (
    SELECT m.person_token, t.age_band, p.sex, t.first_seen_by
    FROM mart_member AS m
    LEFT JOIN people AS p ON p.person_id = m.person_id
    LEFT JOIN traits AS t ON t.person_id = m.person_id
)
SELECT
    person_token,
    CASE
        WHEN age_band IS NULL OR count(*) OVER (PARTITION BY age_band) >= $fewest THEN age_band ELSE 'not shown'
    END AS age_band,
    CASE WHEN sex IS NULL OR count(*) OVER (PARTITION BY sex) >= $fewest THEN sex ELSE 'not shown' END AS sex,
    CASE
        WHEN first_seen_by IS NULL OR count(*) OVER (PARTITION BY first_seen_by) >= $fewest THEN first_seen_by
        ELSE 'not shown'
    END AS first_seen_by
FROM own
