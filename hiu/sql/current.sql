-- Deliveries a month may see, in order, and which of them are in force. Parameter: month_after.
-- A register belongs to no month: of its files only the last holds, by the month in its path, then its name, then id.
-- A delivery of the year to date replaces what its source sent for earlier months in the span it covers: all of a delivery whose span lies in it, else
-- the rows from its first month on. It is seen from its own month on, so lists of earlier months stay as they were.
WITH seen AS (
    SELECT
        delivery_id, source, source_file, period, replaced_by, covers,
        coalesce(covers_from, period) AS covers_from
    FROM deliveries
    WHERE period IS NULL OR period < $month_after
),
last_register AS (
    SELECT source, delivery_id
    FROM seen
    WHERE period IS NULL AND replaced_by IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY source ORDER BY covers_from DESC NULLS LAST, source_file DESC, delivery_id DESC
    ) = 1
),
to_date AS (
    SELECT s.delivery_id, min(n.covers_from) AS replaced_from
    FROM seen AS s
    JOIN seen AS n ON n.source = s.source AND n.period > s.period
    WHERE n.covers = 'cumulative' AND n.replaced_by IS NULL
    GROUP BY s.delivery_id
)
SELECT
    s.delivery_id,
    s.source,
    s.source_file,
    s.period,
    row_number() OVER (ORDER BY s.period NULLS FIRST, s.source_file, s.delivery_id) AS sequence,
    s.replaced_by IS NULL
    AND (s.period IS NOT NULL OR l.delivery_id IS NOT NULL)
    AND (t.delivery_id IS NULL OR t.replaced_from > s.covers_from) AS in_force,
    t.replaced_from
FROM seen AS s
LEFT JOIN last_register AS l ON l.source = s.source AND l.delivery_id = s.delivery_id
LEFT JOIN to_date AS t ON t.delivery_id = s.delivery_id
