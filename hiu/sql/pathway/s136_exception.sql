-- Detentions to look at, one row a rule and detention; hiu/rules/s136.toml says what each code asks.
WITH late AS (
    SELECT l.delivery_id, l.source_row
    FROM leg AS l
    JOIN rule_value AS v ON v.subject = 's136' AND v.name = 'limit_hours'
    WHERE l."table" = 's136_detention' AND l.leg = 'extension' AND l.least > 60 * v.number
)
SELECT CASE WHEN c.over = 'yes' THEN 'over_limit' ELSE 'over_unknown' END AS code, d.detention_id, d.person_id, d.at
FROM s136_detention AS d
JOIN s136_clock AS c ON c.detention_id = d.detention_id
WHERE c.over <> 'no'
UNION ALL
SELECT 'out_of_order' AS code, d.detention_id, d.person_id, d.at
FROM s136_detention AS d
JOIN s136_clock AS c ON c.detention_id = d.detention_id
WHERE c.out_of_order
UNION ALL
SELECT 'extended_late' AS code, d.detention_id, d.person_id, d.at
FROM s136_detention AS d
JOIN late AS l ON l.delivery_id = d.delivery_id AND l.source_row = d.source_row
WHERE coalesce(d.extended, 'yes') = 'yes'
UNION ALL
SELECT 'extension_contradicted' AS code, detention_id, person_id, at
FROM s136_detention
WHERE extended = 'no' AND extension_at IS NOT NULL
UNION ALL
SELECT 'child_in_custody' AS code, detention_id, person_id, at
FROM s136_detention
WHERE age < 18 AND first_place = 'custody' AND coalesce(at >= DATE '2017-12-11', TRUE) -- section 136A(1)
