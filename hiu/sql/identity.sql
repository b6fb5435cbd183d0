-- Distinct ways a person is described. All rows of an identity say the same (its id is a digest of it), so any is asked.
-- One that only a replaced delivery holds has no rows: it is history, and evidence for nothing.
-- A birth after a contact of the same name under the same number is not that person's: it is left out, so that the matcher
-- neither joins nor parts by it, and conflicts shows it. The start of a row that was set aside or deleted is no contact.
WITH described AS (
    SELECT
        i.identity_id,
        any_value(r.name_text) AS name_text, any_value(r.given) AS given, any_value(r.middle) AS middle,
        any_value(r.family) AS family, any_value(r.aliases) AS aliases, any_value(r.dob) AS dob,
        any_value(r.birth_year) AS birth_year, any_value(r.sex) AS sex, any_value(r.nhs_number) AS nhs_number,
        any_value(r.postcode) AS postcode, any_value(r.house) AS house, any_value(r.street) AS street,
        any_value(r.local_ids) AS local_ids,
        bool_or(r.nobody) AS nobody,
        array_to_string(list_sort(list(DISTINCT c.source)), '|') AS sources,
        sum(CASE WHEN c.in_force THEN 1 ELSE 0 END) AS "rows",
        min(CASE WHEN c.in_force THEN c.period END) AS first_period,
        CAST(min(CASE WHEN c.in_force AND NOT r.quarantined AND NOT r.deleted THEN r.start END) AS DATE) AS first_contact
    FROM record_identity AS i
    JOIN record AS r ON r.delivery_id = i.delivery_id AND r.source_row = i.source_row
    JOIN current AS c ON c.delivery_id = i.delivery_id
    GROUP BY i.identity_id
),
-- few people were born after the first contact of anybody: only these are looked up
young AS (
    SELECT identity_id, given, family, dob, nhs_number, local_ids
    FROM described
    WHERE dob > (SELECT min(first_contact) FROM described)
),
numbered AS (
    SELECT identity_id, given, family, dob, 'nhs:' || nhs_number AS number
    FROM young
    UNION ALL
    SELECT identity_id, given, family, dob, unnest(string_split(local_ids, '|')) AS number
    FROM young
    WHERE local_ids IS NOT NULL
),
earlier AS (
    SELECT d.given, d.family, d.first_contact, 'nhs:' || d.nhs_number AS number
    FROM described AS d
    JOIN (SELECT DISTINCT given, family FROM young) AS y ON y.given = d.given AND y.family = d.family
    UNION ALL
    SELECT d.given, d.family, d.first_contact, unnest(string_split(d.local_ids, '|')) AS number
    FROM described AS d
    JOIN (SELECT DISTINCT given, family FROM young) AS y ON y.given = d.given AND y.family = d.family
    WHERE d.local_ids IS NOT NULL
),
unborn AS (
    SELECT DISTINCT n.identity_id
    FROM numbered AS n
    JOIN earlier AS e
        ON e.number = n.number AND e.given = n.given AND e.family = n.family AND e.first_contact < n.dob
)
SELECT
    d.identity_id, d.name_text, d.given, d.middle, d.family, d.aliases,
    CASE WHEN u.identity_id IS NULL THEN d.dob END AS dob,
    d.birth_year, d.sex, d.nhs_number, d.postcode, d.house, d.street, d.local_ids, d.nobody, d.sources, d."rows",
    d.first_period
FROM described AS d
LEFT JOIN unborn AS u ON u.identity_id = d.identity_id
