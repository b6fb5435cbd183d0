-- Contacts of the support team without an entry in time, and entries without the current risk. Parameter: month_after.
-- A contact has its entry if one of the same person was written from then to the hours of the rules after it; it lacks one
-- only once those hours have passed. Hours are those that passed: a clock that goes forward on the last Sunday of March
-- takes one, and one that goes back on the last of October gives one. A contact without a time can't be judged, nor one in
-- the hour that is repeated where the answer depends on which it was. Where no entry of anybody was sent, nothing shows
-- that one is missing.
WITH rule AS (
    SELECT number * 60 AS minutes FROM rule_value WHERE subject = 'governing' AND name = 'entry_hours'
),
contact AS (
    SELECT
        contact_id, person_id, at, delivery_id, source_row,
        date_trunc('week', date_trunc('year', at) + INTERVAL '3' MONTH) - INTERVAL '23' HOUR AS spring,
        date_trunc('week', date_trunc('year', at) + INTERVAL '10' MONTH) - INTERVAL '23' HOUR AS autumn
    FROM support_contact
    WHERE NOT nobody AND (at IS NULL OR at < $month_after)
),
due AS (
    SELECT
        c.contact_id, c.person_id, c.at, c.delivery_id, c.source_row,
        c.at >= c.autumn AND c.at < c.autumn + INTERVAL '1' HOUR AS twice,
        c.at + r.minutes * INTERVAL '1' MINUTE
        + CASE WHEN c.at < c.spring AND c.spring <= c.at + r.minutes * INTERVAL '1' MINUTE THEN 60 ELSE 0 END
            * INTERVAL '1' MINUTE
        - CASE WHEN c.at < c.autumn AND c.autumn + INTERVAL '1' HOUR <= c.at + r.minutes * INTERVAL '1' MINUTE THEN 60 ELSE 0 END
            * INTERVAL '1' MINUTE AS due_at
    FROM contact AS c
    CROSS JOIN rule AS r
),
answered AS (
    SELECT d.delivery_id, d.source_row, bool_or(NOT d.twice OR e.at <= d.due_at - INTERVAL '1' HOUR) AS surely
    FROM due AS d
    JOIN record_entry AS e ON e.person_id = d.person_id AND NOT e.nobody AND e.at >= d.at AND e.at <= d.due_at
    GROUP BY d.delivery_id, d.source_row
)
SELECT 'no_entry' AS code, d.contact_id AS number, d.person_id, d.at, d.delivery_id, d.source_row
FROM due AS d
LEFT JOIN answered AS a ON a.delivery_id = d.delivery_id AND a.source_row = d.source_row
WHERE d.due_at < $month_after AND a.delivery_id IS NULL AND (SELECT count(*) FROM record_entry) > 0
UNION ALL
SELECT 'entry_unknown' AS code, d.contact_id AS number, d.person_id, d.at, d.delivery_id, d.source_row
FROM due AS d
LEFT JOIN answered AS a ON a.delivery_id = d.delivery_id AND a.source_row = d.source_row
WHERE d.at IS NULL OR NOT a.surely
UNION ALL
SELECT
    CASE WHEN risk_stated = 'no' THEN 'without_risk' ELSE 'risk_unknown' END AS code, entry_id AS number, person_id, at,
    delivery_id, source_row
FROM record_entry
WHERE (at IS NULL OR at < $month_after) AND coalesce(risk_stated, '') <> 'yes'
