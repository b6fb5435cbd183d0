-- Deliveries a month may see, in order, and which of them are in force. Parameter: month_after.
-- A register belongs to no month: of its files only the last (by name, then id) holds.
WITH seen AS (
    SELECT delivery_id, source, source_file, period, replaced_by
    FROM deliveries
    WHERE period IS NULL OR period < $month_after
),
last_register AS (
    SELECT source, delivery_id
    FROM seen
    WHERE period IS NULL AND replaced_by IS NULL
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY source_file DESC, delivery_id DESC) = 1
)
SELECT
    s.delivery_id,
    s.source,
    s.source_file,
    s.period,
    row_number() OVER (ORDER BY s.period NULLS FIRST, s.source_file, s.delivery_id) AS sequence,
    s.replaced_by IS NULL AND (s.period IS NOT NULL OR l.delivery_id IS NOT NULL) AS in_force
FROM seen AS s
LEFT JOIN last_register AS l ON l.source = s.source AND l.delivery_id = s.delivery_id
