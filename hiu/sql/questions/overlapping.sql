-- Pairs of files of one source and month, both in force, that have row keys in common: how many, and how many keys each
-- has alone. A year to date is left out: a later one replaces it. Parameters: month, run_id (deliveries of either).
WITH several AS (
    SELECT source, period
    FROM deliveries
    WHERE replaced_by IS NULL AND period IS NOT NULL AND coalesce(covers, '') <> 'cumulative'
    GROUP BY source, period
    HAVING count(*) > 1 AND (period = $month OR bool_or(run_id = $run_id))
),
sent AS (
    SELECT DISTINCT d.source, d.period, d.source_file, d.run_id, d.delivery_id, r.record_id
    FROM several AS s
    JOIN deliveries AS d ON d.source = s.source AND d.period = s.period
    JOIN record AS r ON r.delivery_id = d.delivery_id
    WHERE d.replaced_by IS NULL AND r.record_id IS NOT NULL AND NOT r.quarantined AND NOT r.deleted
),
sized AS (
    SELECT delivery_id, count(*) AS keys
    FROM sent
    GROUP BY delivery_id
)
SELECT
    b.delivery_id,
    a.source,
    a.period,
    a.source_file AS first_file,
    a.run_id AS first_run,
    b.source_file AS last_file,
    b.run_id AS last_run,
    count(*) AS shared,
    m.keys - count(*) AS first_alone,
    n.keys - count(*) AS last_alone
FROM sent AS a
JOIN sent AS b
    ON b.source = a.source AND b.period = a.period AND b.record_id = a.record_id AND b.source_file > a.source_file
JOIN sized AS m ON m.delivery_id = a.delivery_id
JOIN sized AS n ON n.delivery_id = b.delivery_id
GROUP BY
    b.delivery_id, a.source, a.period, a.source_file, a.run_id, b.source_file, b.run_id, m.keys, n.keys
