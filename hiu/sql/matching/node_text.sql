-- Each description, once. An address is many people's if the site says so, or if it is seen with many dates of birth, of
-- which none given is one. Parameters: site_births and postcode_births (as many are few enough).
WITH crowded_site AS (
    SELECT site
    FROM identity_text
    WHERE site IS NOT NULL
    GROUP BY site
    HAVING count(DISTINCT coalesce(dob, CAST('0001-01-01' AS DATE))) > $site_births
),
crowded_postcode AS (
    SELECT postcode
    FROM identity_text
    WHERE postcode IS NOT NULL
    GROUP BY postcode
    HAVING count(DISTINCT coalesce(dob, CAST('0001-01-01' AS DATE))) > $postcode_births
),
several AS (
    SELECT n.node_id, sum(t."rows") AS "rows", min(CASE WHEN t.able THEN 1 ELSE 0 END) AS able
    FROM identity_node AS n
    JOIN identity_text AS t ON t.identity_id = n.identity_id
    GROUP BY n.node_id
),
quoting AS (
    SELECT n.node_id, list(DISTINCT e.source || '>' || e.event) AS events
    FROM identity_node AS n
    JOIN identity_event AS e ON e.identity_id = n.identity_id
    GROUP BY n.node_id
)
SELECT
    t.identity_id AS node_id, t.text, t.shared OR s.site IS NOT NULL OR p.postcode IS NOT NULL AS shared, t.numbered,
    m.able = 1 AS able, m."rows", q.events
FROM identity_text AS t
JOIN several AS m ON m.node_id = t.identity_id
LEFT JOIN quoting AS q ON q.node_id = t.identity_id
LEFT JOIN crowded_site AS s ON s.site = t.site
LEFT JOIN crowded_postcode AS p ON p.postcode = t.postcode
