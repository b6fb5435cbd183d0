-- Nights in a bed per person and month: a night counts when the person is in at the day's end.
-- Stays are unioned, so transfers, overlaps and parallel stays count a night once. How far each goes is settled in stay.
WITH counted AS (
    SELECT DISTINCT dataset, source, measure FROM counting WHERE unit <> 'event'
),
months AS (
    SELECT DISTINCT month, CAST(month + INTERVAL '1' MONTH AS DATE) AS month_after FROM calendar
),
measured AS (
    SELECT s.delivery_id, s.source_row, s.source, unnest(l.measures) AS measure
    FROM stay AS s
    JOIN latest AS l ON l.delivery_id = s.delivery_id AND l.source_row = s.source_row
),
wanted AS (
    SELECT DISTINCT m.delivery_id, m.source_row, n.dataset
    FROM measured AS m
    JOIN counted AS n ON n.source = m.source AND n.measure = m.measure
),
stays AS (
    SELECT
        w.dataset, s.person_id, s.nobody, s.source, s.spell, s.first_night, s.day_out, s.leave_start, s.leave_end
    FROM wanted AS w
    JOIN stay AS s ON s.delivery_id = w.delivery_id AND s.source_row = w.source_row
),
spans AS (
    SELECT dataset, person_id, nobody, 'gross' AS kind, first_night, day_out FROM stays
    UNION ALL
    SELECT
        dataset, person_id, nobody, 'leave' AS kind,
        greatest(leave_start, first_night) AS first_night,
        least(coalesce(leave_end, day_out), day_out) AS day_out
    FROM stays
    WHERE leave_start IS NOT NULL
),
reached AS (
    SELECT
        dataset, person_id, nobody, kind, first_night, day_out,
        max(day_out) OVER (
            PARTITION BY dataset, person_id, kind ORDER BY first_night, day_out
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reach
    FROM spans
    WHERE day_out > first_night
),
numbered AS (
    SELECT
        dataset, person_id, nobody, kind, first_night, day_out,
        -- a range, not rows: of stays that are alike either may have been put first
        sum(CASE WHEN reach >= first_night THEN 0 ELSE 1 END) OVER (
            PARTITION BY dataset, person_id, kind ORDER BY first_night, day_out
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS island
    FROM reached
),
islands AS (
    SELECT dataset, person_id, nobody, kind, island, min(first_night) AS first_night, max(day_out) AS day_out
    FROM numbered
    GROUP BY dataset, person_id, nobody, kind, island
),
nights AS (
    SELECT
        i.dataset, i.person_id, i.nobody, m.month, i.kind,
        date_diff('day', greatest(i.first_night, m.month), least(i.day_out, m.month_after)) AS n
    FROM islands AS i
    JOIN months AS m ON i.first_night < m.month_after AND i.day_out > m.month
    UNION ALL
    SELECT s.dataset, s.person_id, s.nobody, m.month, 'zero' AS kind, 1 AS n
    FROM (
        SELECT t.dataset, t.person_id, t.nobody, t.source, t.spell, min(t.first_night) AS first_night
        FROM stays AS t
        GROUP BY t.dataset, t.person_id, t.nobody, t.source, t.spell
        HAVING max(t.day_out) = min(t.first_night)
    ) AS s
    JOIN months AS m ON s.first_night >= m.month AND s.first_night < m.month_after
)
SELECT
    dataset,
    person_id,
    nobody,
    month,
    sum(CASE WHEN kind = 'gross' THEN n ELSE 0 END) AS gross,
    sum(CASE WHEN kind = 'leave' THEN n ELSE 0 END) AS leave,
    sum(CASE WHEN kind = 'gross' THEN n WHEN kind = 'leave' THEN -n ELSE 0 END) AS net,
    sum(CASE WHEN kind = 'zero' THEN n ELSE 0 END) AS zero_night
FROM nights
GROUP BY dataset, person_id, nobody, month
