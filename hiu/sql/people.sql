-- One row a person: what was sent most often (ties: the first in order), the latest postcode, where and when seen.
-- Parameter: month_after.
-- Somebody whom only rows in quarantine describe is left out until those rows are put right, unless a figure of theirs is
-- missing (missing_count), which is then shown.
-- Most were described in one way only: where the least and the greatest of what was sent are one, there is no vote.
WITH dated AS (
    SELECT
        l.person_id,
        l.source,
        l.state <> 'quarantined' AS sound,
        CASE
            WHEN l.state <> 'quarantined' AND l.start < $month_after AND h.identity_id IS NULL THEN l.start
        END AS start
    FROM latest AS l
    LEFT JOIN (SELECT identity_id FROM identity WHERE "rows" = 0) AS h ON h.identity_id = l.identity_id
    WHERE l.person_id IS NOT NULL
),
visit AS (
    SELECT person_id, source, bool_or(sound) AS sound, min(start) AS first_seen, max(start) AS last_seen
    FROM dated
    GROUP BY person_id, source
),
seen AS (
    SELECT
        person_id,
        bool_or(sound) AS sound,
        min(first_seen) AS first_seen,
        max(last_seen) AS last_seen,
        array_to_string(list_sort(list(source)), '|') AS sources
    FROM visit
    GROUP BY person_id
),
-- a description that an event alone brought to the person says nothing of who they are
described AS (
    SELECT
        p.person_id, i.identity_id, i."rows", i.nobody,
        CASE WHEN p.how = 'event' THEN NULL ELSE i.name_text END AS name_text,
        CASE WHEN p.how = 'event' THEN NULL ELSE i.sex END AS sex,
        CASE WHEN p.how = 'event' THEN NULL ELSE i.aliases END AS aliases,
        CASE WHEN p.how = 'event' THEN NULL ELSE i.birth_year END AS birth_year,
        CASE WHEN p.how = 'event' THEN NULL ELSE i.postcode END AS postcode,
        i.dob, i.nhs_number
    FROM identity AS i
    JOIN cluster AS p ON p.identity_id = i.identity_id
    WHERE i."rows" > 0
),
person AS (
    SELECT
        i.person_id,
        sum(i."rows") AS times,
        count(*) AS identities,
        NOT bool_and(i.nobody) AS named,
        min(i.name_text) AS name_text, max(i.name_text) AS other_name,
        min(i.dob) AS dob, max(i.dob) AS other_dob,
        min(i.birth_year) AS birth_year, max(i.birth_year) AS other_year,
        min(i.sex) AS sex, max(i.sex) AS other_sex,
        min(i.nhs_number) AS nhs_number, max(i.nhs_number) AS other_number,
        min(i.postcode) AS postcode, max(i.postcode) AS other_postcode
    FROM described AS i
    GROUP BY i.person_id
),
various AS (
    SELECT
        p.person_id, i.identity_id, i."rows" AS times,
        CASE WHEN p.name_text <> p.other_name THEN i.name_text END AS name_text,
        CASE WHEN p.dob <> p.other_dob THEN CAST(i.dob AS VARCHAR) END AS dob,
        CASE WHEN p.birth_year <> p.other_year THEN CAST(i.birth_year AS VARCHAR) END AS birth_year,
        CASE WHEN p.sex <> p.other_sex THEN i.sex END AS sex,
        CASE WHEN p.nhs_number <> p.other_number THEN i.nhs_number END AS nhs_number,
        CASE WHEN p.postcode <> p.other_postcode THEN i.postcode END AS postcode
    FROM person AS p
    JOIN described AS i ON i.person_id = p.person_id
    WHERE p.name_text <> p.other_name OR p.dob <> p.other_dob OR p.birth_year <> p.other_year
        OR p.sex <> p.other_sex OR p.nhs_number <> p.other_number OR p.postcode <> p.other_postcode
),
said AS (
    SELECT person_id, 'name_text' AS field, name_text AS value, times FROM various
    UNION ALL
    SELECT person_id, 'dob' AS field, dob AS value, times FROM various
    UNION ALL
    SELECT person_id, 'birth_year' AS field, birth_year AS value, times FROM various
    UNION ALL
    SELECT person_id, 'sex' AS field, sex AS value, times FROM various
    UNION ALL
    SELECT person_id, 'nhs_number' AS field, nhs_number AS value, times FROM various
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
voted AS (
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
address AS (
    SELECT
        v.person_id, v.postcode, v.identity_id, max(l.start) AS last_seen,
        max(CASE WHEN length(v.postcode) > 4 THEN 1 ELSE 0 END) AS whole
    FROM various AS v
    LEFT JOIN latest AS l
        ON l.identity_id = v.identity_id AND l.state <> 'quarantined' AND l.start < $month_after
    WHERE v.postcode IS NOT NULL
    GROUP BY v.person_id, v.postcode, v.identity_id
),
home AS (
    SELECT person_id, postcode
    FROM address
    QUALIFY row_number() OVER (
        PARTITION BY person_id
        ORDER BY whole DESC, last_seen DESC NULLS LAST, identity_id
    ) = 1
),
alias AS (
    SELECT person_id, array_to_string(list_sort(list(DISTINCT name)), '|') AS aliases
    FROM (
        SELECT i.person_id, unnest(string_split(i.aliases, '|')) AS name
        FROM described AS i
        WHERE i.aliases IS NOT NULL
    ) AS split
    GROUP BY person_id
),
death AS (
    SELECT l.person_id, min(f.at) AS died
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND f.fact = 'death' AND f.at < $month_after
    GROUP BY l.person_id
)
SELECT
    p.person_id,
    coalesce(v.name_text, p.name_text) AS name_text,
    coalesce(CAST(v.dob AS DATE), p.dob) AS dob,
    CASE WHEN p.dob IS NULL THEN coalesce(CAST(v.birth_year AS BIGINT), p.birth_year) END AS birth_year,
    coalesce(v.sex, p.sex) AS sex,
    coalesce(v.nhs_number, p.nhs_number) AS nhs_number,
    coalesce(h.postcode, p.postcode) AS postcode,
    a.aliases,
    CAST(s.first_seen AS DATE) AS first_seen,
    CAST(s.last_seen AS DATE) AS last_seen,
    s.sources,
    p.times AS "rows",
    p.identities,
    p.named,
    d.died,
    coalesce(p.nhs_number <> p.other_number, FALSE) AS two_nhs_numbers,
    coalesce(p.dob <> p.other_dob, FALSE) AS two_dobs
FROM person AS p
LEFT JOIN voted AS v ON v.person_id = p.person_id
LEFT JOIN home AS h ON h.person_id = p.person_id
LEFT JOIN alias AS a ON a.person_id = p.person_id
LEFT JOIN seen AS s ON s.person_id = p.person_id
LEFT JOIN death AS d ON d.person_id = p.person_id
WHERE coalesce(s.sound, TRUE) OR p.person_id IN (SELECT person_id FROM missing_count)
