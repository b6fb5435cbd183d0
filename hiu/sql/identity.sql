-- Distinct ways a person is described. All rows of an identity say the same, so the first of them is asked.
-- One that only a replaced delivery holds has no rows: it is history, and evidence for nothing.
WITH seen AS (
    SELECT
        i.identity_id,
        sum(CASE WHEN c.in_force THEN 1 ELSE 0 END) AS times,
        min(CASE WHEN c.in_force THEN c.period END) AS first_period,
        bool_or(r.nobody) AS nobody,
        list(DISTINCT c.source) AS sources,
        min(r.rowid) AS one
    FROM record_identity AS i
    JOIN record AS r ON r.delivery_id = i.delivery_id AND r.source_row = i.source_row
    JOIN current AS c ON c.delivery_id = i.delivery_id
    GROUP BY i.identity_id
)
SELECT
    s.identity_id, r.name_text, r.given, r.middle, r.family, r.aliases, r.dob, r.birth_year, r.sex, r.nhs_number,
    r.postcode, r.house, r.street, r.local_ids, s.nobody, array_to_string(list_sort(s.sources), '|') AS sources,
    s.times AS "rows", s.first_period
FROM seen AS s
JOIN record AS r ON r.rowid = s.one
