-- Distinct ways a person is described. All rows of an identity say the same, so any of their values is the value.
-- One that only a replaced delivery holds has no rows: it is history, and evidence for nothing.
WITH seen AS (
    SELECT
        i.identity_id,
        sum(CASE WHEN c.in_force THEN 1 ELSE 0 END) AS times,
        min(CASE WHEN c.in_force THEN c.period END) AS first_period,
        bool_or(r.nobody) AS nobody,
        any_value(r.name_text) AS name_text,
        any_value(r.given) AS given,
        any_value(r.middle) AS middle,
        any_value(r.family) AS family,
        any_value(r.aliases) AS aliases,
        any_value(r.dob) AS dob,
        any_value(r.birth_year) AS birth_year,
        any_value(r.sex) AS sex,
        any_value(r.nhs_number) AS nhs_number,
        any_value(r.postcode) AS postcode,
        any_value(r.house) AS house,
        any_value(r.street) AS street,
        any_value(r.local_ids) AS local_ids
    FROM record_identity AS i
    JOIN record AS r ON r.delivery_id = i.delivery_id AND r.source_row = i.source_row
    JOIN current AS c ON c.delivery_id = i.delivery_id
    GROUP BY i.identity_id
),
places AS (
    SELECT DISTINCT i.identity_id, c.source
    FROM record_identity AS i
    JOIN current AS c ON c.delivery_id = i.delivery_id
),
joined AS (
    SELECT identity_id, array_to_string(list_sort(list(source)), '|') AS sources
    FROM places
    GROUP BY identity_id
)
SELECT
    s.identity_id, s.name_text, s.given, s.middle, s.family, s.aliases, s.dob, s.birth_year, s.sex, s.nhs_number,
    s.postcode, s.house, s.street, s.local_ids, s.nobody, j.sources, s.times AS "rows", s.first_period
FROM seen AS s
JOIN joined AS j ON j.identity_id = s.identity_id
