-- One row a stay that holds, and how far it goes: to its end, else to its spell's discharge, else to the end of the last
-- month its source supplied. Where every file sends every open stay again (stay_rule), one that a later file of the
-- same kind leaves out ends with the month of the last file that had it: nobody was told of its end.
-- A later file is of the same kind if it has rows of the same provider, or the same name but for its date.
WITH horizon AS (
    SELECT source, CAST(max(month) + INTERVAL '1' MONTH AS DATE) AS day_after
    FROM calendar
    WHERE supplied
    GROUP BY source
),
live AS (
    SELECT
        l.delivery_id, l.source_row, l.source, l.event_id, l.person_id, l.nobody, r.record_id,
        r.spell_id, r.spell_end, r.leave_start, r.leave_end, r.start, r."end",
        CAST(r.start AS DATE) AS first_night
    FROM latest AS l
    JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
    WHERE l.state = 'live' AND l.person_id IS NOT NULL
        AND l.source IN (SELECT source FROM counting WHERE unit <> 'event')
),
discharged AS (
    SELECT source, spell_id, max(spell_end) AS spell_end FROM live WHERE spell_id IS NOT NULL GROUP BY source, spell_id
),
-- of every file in force, one without a row too: it says that no stay goes on
file AS (
    SELECT
        c.delivery_id, c.source, c.period, s.resent,
        regexp_replace(regexp_replace(
            lower(c.source_file), '^.*/|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?'
            || '|oct(ober)?|nov(ember)?|dec(ember)?', '', 'g'
        ), '[^a-z]+', '', 'g') AS stem
    FROM current AS c
    JOIN stay_rule AS s ON s.source = c.source
    WHERE c.in_force
),
-- a file without a row of the month it is filed under was sent for the months that its rows were reported for
sent AS (
    SELECT
        r.delivery_id, r.source, f.resent, f.stem,
        coalesce(r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR)) AS record_key,
        CASE
            WHEN d.covers_to < d.covers_from
                THEN least(coalesce(TRY_CAST(r.version || '-01' AS DATE), f.period), f.period)
            ELSE f.period
        END AS period,
        split_part(split_part(coalesce(r.details, ''), '"provider":"', 2), '"', 1) AS provider
    FROM record AS r
    JOIN file AS f ON f.delivery_id = r.delivery_id
    LEFT JOIN deliveries AS d ON d.delivery_id = r.delivery_id
),
kept AS (
    SELECT source, record_key, resent, max(period) AS last_sent, max(provider) AS provider, max(stem) AS stem
    FROM sent
    GROUP BY source, record_key, resent
),
same_provider AS (
    SELECT source, provider, max(period) AS last_file FROM sent GROUP BY source, provider
),
same_name AS (
    SELECT f.source, f.stem, max(coalesce(s.period, f.period)) AS last_file
    FROM file AS f
    LEFT JOIN sent AS s ON s.delivery_id = f.delivery_id
    GROUP BY f.source, f.stem
),
followed AS (
    SELECT
        k.source, k.record_key, k.last_sent,
        k.resent AND greatest(coalesce(p.last_file, k.last_sent), coalesce(n.last_file, k.last_sent)) > k.last_sent
            AS dropped
    FROM kept AS k
    LEFT JOIN same_provider AS p ON p.source = k.source AND p.provider = k.provider
    LEFT JOIN same_name AS n ON n.source = k.source AND n.stem = k.stem
),
settled AS (
    SELECT
        l.*,
        h.day_after,
        d.spell_end AS discharge,
        g.last_sent,
        greatest(CAST(g.last_sent + INTERVAL '1' MONTH AS DATE), l.first_night) AS dropped_on,
        CASE
            WHEN l."end" IS NOT NULL THEN 'sent'
            WHEN d.spell_end IS NOT NULL THEN 'spell'
            WHEN g.dropped THEN 'open_not_resent'
            ELSE 'open'
        END AS ended
    FROM live AS l
    JOIN horizon AS h ON h.source = l.source
    -- a discharge from before the stay began is none of this stay: the spell went on
    LEFT JOIN discharged AS d
        ON d.source = l.source AND d.spell_id = l.spell_id AND d.spell_end >= l.first_night
    LEFT JOIN followed AS g
        ON g.source = l.source
        AND g.record_key = coalesce(l.record_id, l.delivery_id || '|' || CAST(l.source_row AS VARCHAR))
)
SELECT
    source,
    event_id,
    person_id,
    start,
    CASE ended WHEN 'spell' THEN CAST(discharge AS TIMESTAMP) ELSE "end" END AS "end",
    ended,
    last_sent,
    first_night,
    least(
        CASE ended
            WHEN 'sent' THEN CAST("end" AS DATE)
            WHEN 'spell' THEN discharge
            WHEN 'open_not_resent' THEN dropped_on
            ELSE day_after
        END,
        day_after
    ) AS day_out,
    leave_start,
    leave_end,
    coalesce(spell_id, event_id) AS spell,
    nobody,
    delivery_id,
    source_row
FROM settled
