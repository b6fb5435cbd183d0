-- What deliveries of the year to date change in months sent before: rows that are new in them, and rows that are gone,
-- by source, month of the deliveries and month of the rows. Parameters: month, run_id (deliveries of either).
WITH new AS (
    SELECT source, period, min(covers_from) AS covers_from
    FROM deliveries
    WHERE replaced_by IS NULL AND covers = 'cumulative'
    GROUP BY source, period
    HAVING period = $month OR bool_or(run_id = $run_id)
),
pairs AS (
    SELECT n.source, n.period, n.covers_from, max(d.period) AS before
    FROM new AS n
    JOIN deliveries AS d ON d.source = n.source AND d.period < n.period AND d.replaced_by IS NULL
    GROUP BY n.source, n.period, n.covers_from
),
sent AS (
    SELECT DISTINCT
        p.source, p.period, p.before, d.period = p.period AS again,
        coalesce(r.record_id, CAST(r.start AS VARCHAR)) AS record_id,
        CAST(date_trunc('month', r.start) AS DATE) AS month
    FROM pairs AS p
    JOIN deliveries AS d ON d.source = p.source AND d.replaced_by IS NULL AND d.period IN (p.period, p.before)
    JOIN record AS r ON r.delivery_id = d.delivery_id
    WHERE NOT r.quarantined AND NOT r.deleted AND r.start >= p.covers_from
        AND r.start < p.before + INTERVAL '1' MONTH
)
SELECT
    coalesce(a.source, b.source) AS source,
    coalesce(a.period, b.period) AS period,
    coalesce(a.month, b.month) AS month,
    sum(CASE WHEN b.record_id IS NOT NULL THEN 1 ELSE 0 END) AS before,
    sum(CASE WHEN b.record_id IS NULL THEN 1 ELSE 0 END) AS added,
    sum(CASE WHEN a.record_id IS NULL THEN 1 ELSE 0 END) AS gone
FROM (SELECT source, period, record_id, month FROM sent WHERE again) AS a
FULL JOIN (SELECT source, period, record_id, month FROM sent WHERE NOT again) AS b
    ON b.source = a.source AND b.period = a.period AND b.record_id = a.record_id AND b.month = a.month
GROUP BY coalesce(a.source, b.source), coalesce(a.period, b.period), coalesce(a.month, b.month)
