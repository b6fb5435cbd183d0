-- Rows of the deliveries in force for a month or before, by the months they start and end in, and the month that a
-- stay says it was reported for; `sound`: neither set aside nor a deletion. Parameters: month.
SELECT
    d.delivery_id,
    d.source,
    d.source_file,
    d.period,
    d.covers_from,
    d.covers_to,
    CAST(date_trunc('month', r.start) AS DATE) AS start_month,
    CAST(date_trunc('month', r."end") AS DATE) AS end_month,
    TRY_CAST(r.version || '-01' AS DATE) AS reported,
    count(*) AS "rows",
    sum(CASE WHEN r.quarantined OR r.deleted THEN 0 ELSE 1 END) AS sound
FROM deliveries AS d
JOIN record AS r ON r.delivery_id = d.delivery_id
WHERE d.replaced_by IS NULL AND d.period <= $month
GROUP BY
    d.delivery_id, d.source, d.source_file, d.period, d.covers_from, d.covers_to,
    CAST(date_trunc('month', r.start) AS DATE), CAST(date_trunc('month', r."end") AS DATE),
    TRY_CAST(r.version || '-01' AS DATE)
