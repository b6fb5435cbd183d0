-- Distinct ways a person is described. All rows of an identity say the same (its id is a digest of it), so any is asked.
-- One that only a replaced delivery holds has no rows: it is history, and evidence for nothing.
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
    min(CASE WHEN c.in_force THEN c.period END) AS first_period
FROM record_identity AS i
JOIN record AS r ON r.delivery_id = i.delivery_id AND r.source_row = i.source_row
JOIN current AS c ON c.delivery_id = i.delivery_id
GROUP BY i.identity_id
