-- One row a person: what was sent most often (ties: the first in order), the latest postcode, where and when seen.
-- Parameter: month_after.
WITH member AS (
    SELECT p.person_id, i.*
    FROM identity AS i
    JOIN cluster AS p ON p.identity_id = i.identity_id
    WHERE i."rows" > 0
),
said AS (
    SELECT person_id, 'name_text' AS field, name_text AS value, "rows" AS times FROM member
    UNION ALL
    SELECT person_id, 'dob' AS field, CAST(dob AS VARCHAR) AS value, "rows" AS times FROM member
    UNION ALL
    SELECT person_id, 'birth_year' AS field, CAST(birth_year AS VARCHAR) AS value, "rows" AS times FROM member
    UNION ALL
    SELECT person_id, 'sex' AS field, sex AS value, "rows" AS times FROM member
    UNION ALL
    SELECT person_id, 'nhs_number' AS field, nhs_number AS value, "rows" AS times FROM member
),
weighed AS (
    SELECT person_id, field, value, sum(times) AS times
    FROM said
    WHERE value IS NOT NULL
    GROUP BY person_id, field, value
),
chosen AS (
    SELECT person_id, field, value
    FROM weighed
    QUALIFY row_number() OVER (PARTITION BY person_id, field ORDER BY times DESC, value) = 1
),
shown AS (
    SELECT
        person_id,
        max(CASE WHEN field = 'name_text' THEN value END) AS name_text,
        max(CASE WHEN field = 'dob' THEN value END) AS dob,
        max(CASE WHEN field = 'birth_year' THEN value END) AS birth_year,
        max(CASE WHEN field = 'sex' THEN value END) AS sex,
        max(CASE WHEN field = 'nhs_number' THEN value END) AS nhs_number
    FROM chosen
    GROUP BY person_id
),
conflict AS (
    SELECT
        person_id,
        sum(CASE WHEN field = 'nhs_number' THEN 1 ELSE 0 END) > 1 AS two_nhs_numbers,
        sum(CASE WHEN field = 'dob' THEN 1 ELSE 0 END) > 1 AS two_dobs
    FROM weighed
    GROUP BY person_id
),
seen AS (
    SELECT identity_id, min(start) AS first_seen, max(start) AS last_seen
    FROM latest
    WHERE state <> 'quarantined' AND start < $month_after
    GROUP BY identity_id
),
home AS (
    SELECT m.person_id, m.postcode
    FROM member AS m
    LEFT JOIN seen AS s ON s.identity_id = m.identity_id
    WHERE m.postcode IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY m.person_id
        ORDER BY CASE WHEN length(m.postcode) > 4 THEN 0 ELSE 1 END, s.last_seen DESC NULLS LAST, m.identity_id
    ) = 1
),
alias AS (
    SELECT person_id, array_to_string(list_sort(list(DISTINCT name)), '|') AS aliases
    FROM (SELECT person_id, unnest(string_split(aliases, '|')) AS name FROM member WHERE aliases IS NOT NULL) AS split
    GROUP BY person_id
),
place AS (
    SELECT person_id, array_to_string(list_sort(list(DISTINCT source)), '|') AS sources
    FROM latest
    WHERE person_id IS NOT NULL
    GROUP BY person_id
),
death AS (
    SELECT l.person_id, min(f.at) AS died
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND f.fact = 'death' AND f.at < $month_after
    GROUP BY l.person_id
),
person AS (
    SELECT
        m.person_id,
        sum(m."rows") AS times,
        count(*) AS identities,
        NOT bool_and(m.nobody) AS named,
        CAST(min(s.first_seen) AS DATE) AS first_seen,
        CAST(max(s.last_seen) AS DATE) AS last_seen
    FROM member AS m
    LEFT JOIN seen AS s ON s.identity_id = m.identity_id
    GROUP BY m.person_id
)
SELECT
    p.person_id,
    w.name_text,
    CAST(w.dob AS DATE) AS dob,
    CASE WHEN w.dob IS NULL THEN CAST(w.birth_year AS BIGINT) END AS birth_year,
    w.sex,
    w.nhs_number,
    h.postcode,
    a.aliases,
    p.first_seen,
    p.last_seen,
    l.sources,
    p.times AS "rows",
    p.identities,
    p.named,
    d.died,
    coalesce(c.two_nhs_numbers, FALSE) AS two_nhs_numbers,
    coalesce(c.two_dobs, FALSE) AS two_dobs
FROM person AS p
LEFT JOIN shown AS w ON w.person_id = p.person_id
LEFT JOIN conflict AS c ON c.person_id = p.person_id
LEFT JOIN home AS h ON h.person_id = p.person_id
LEFT JOIN alias AS a ON a.person_id = p.person_id
LEFT JOIN place AS l ON l.person_id = p.person_id
LEFT JOIN death AS d ON d.person_id = p.person_id
