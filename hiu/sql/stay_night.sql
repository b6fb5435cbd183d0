-- Nights in a bed per person and month: a night counts when the person is in at the day's end.
-- Stays are unioned, so transfers, overlaps and parallel stays count a night once; an open stay runs to the end of the
-- last month its source supplied; a ward stay left open in a discharged spell ends with the spell.
WITH counted AS (
    SELECT DISTINCT dataset, source, measure FROM counting WHERE unit <> 'event'
),
horizon AS (
    SELECT source, CAST(max(month) + INTERVAL '1' MONTH AS DATE) AS day_after
    FROM calendar
    WHERE supplied
    GROUP BY source
),
months AS (
    SELECT DISTINCT month, CAST(month + INTERVAL '1' MONTH AS DATE) AS month_after FROM calendar
),
live AS (
    SELECT
        l.delivery_id, l.source_row, l.source, l.event_id, l.person_id, l.nobody, l.measures,
        r.spell_id, r.spell_end, r.leave_start, r.leave_end,
        CAST(r.start AS DATE) AS first_night,
        CAST(r."end" AS DATE) AS left_on
    FROM latest AS l
    JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND l.source IN (SELECT source FROM counted)
),
discharged AS (
    SELECT source, spell_id, max(spell_end) AS spell_end FROM live WHERE spell_id IS NOT NULL GROUP BY source, spell_id
),
measured AS (
    SELECT delivery_id, source_row, source, unnest(measures) AS measure FROM live
),
wanted AS (
    SELECT DISTINCT m.delivery_id, m.source_row, n.dataset
    FROM measured AS m
    JOIN counted AS n ON n.source = m.source AND n.measure = m.measure
),
stays AS (
    SELECT
        w.dataset, l.person_id, l.nobody, l.source, coalesce(l.spell_id, l.event_id) AS spell,
        l.first_night,
        least(coalesce(l.left_on, d.spell_end, h.day_after), h.day_after) AS day_out,
        l.leave_start, l.leave_end
    FROM wanted AS w
    JOIN live AS l ON l.delivery_id = w.delivery_id AND l.source_row = w.source_row
    JOIN horizon AS h ON h.source = l.source
    LEFT JOIN discharged AS d ON d.source = l.source AND d.spell_id = l.spell_id
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
        sum(CASE WHEN reach >= first_night THEN 0 ELSE 1 END) OVER (
            PARTITION BY dataset, person_id, kind ORDER BY first_night, day_out
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
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
