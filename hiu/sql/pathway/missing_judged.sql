-- Each episode once, by the row of its number that was sent last. The site is the report's, under the beds' spelling where it is one of
-- theirs; else that of the bed the person had that night, if all their beds of that night are of one site. A report before
-- the hour of the rules is of the night before. Nights of leave are the bed's too. A stay whose end was not sent gives way
-- to one that began later: the person had moved.
-- Poor is what is shown to be so: incomplete, or too late. Not poor is only what is shown to be complete and in time. A
-- time in the hour that a clock change repeats or leaves out is judged only where each reading gives one answer.
-- Parameter: month_after (the day after the month): who was found later is still missing at its end.
WITH rule AS (
    SELECT
        max(CASE WHEN name = 'report_minutes' THEN number END) AS report_minutes,
        max(CASE WHEN name = 'repeat_days' THEN number END) AS repeat_days,
        max(CASE WHEN name = 'night_from_hour' THEN number END) AS night_from_hour
    FROM rule_value
    WHERE subject = 'missing'
),
once AS (
    SELECT m.*
    FROM missing_episode AS m
    LEFT JOIN current AS c ON c.delivery_id = m.delivery_id
    WHERE m.episode_id IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY m.episode_id ORDER BY m.nobody, c.sequence DESC NULLS LAST, m.source_row DESC
    ) = 1
),
timed AS (
    SELECT
        o.*,
        trim(regexp_replace(lower(o.reporter_site), '[^a-z0-9]+', ' ', 'g')) AS report_key,
        CASE
            WHEN extract('hour' FROM o.reported_at) < r.night_from_hour
                THEN CAST(o.reported_at - INTERVAL '1' DAY AS DATE)
            ELSE CAST(o.reported_at AS DATE)
        END AS night
    FROM once AS o
    CROSS JOIN rule AS r
),
spelling AS (
    SELECT DISTINCT site_key, site FROM bed_site
),
bed AS (
    SELECT
        t.episode_id, b.site,
        b.end_sent OR b.first_night = max(b.first_night) OVER (PARTITION BY t.episode_id) AS holds
    FROM timed AS t
    JOIN bed_site AS b ON b.person_id = t.person_id AND b.first_night <= t.night AND t.night < b.day_out
    WHERE NOT t.nobody AND coalesce(t.report_key, '') = ''
),
slept AS (
    SELECT b.episode_id, min(b.site) AS site
    FROM bed AS b
    WHERE b.holds
    GROUP BY b.episode_id
    HAVING count(DISTINCT b.site) = 1
),
before AS (
    SELECT
        t.episode_id,
        count(*) AS earlier,
        count(CASE WHEN date_diff('day', e.reported_at, t.reported_at) <= r.repeat_days THEN 1 END) AS in_window
    FROM once AS t
    JOIN once AS e
        ON e.person_id = t.person_id
        AND (e.reported_at, e.episode_id) < (t.reported_at, t.episode_id)
    CROSS JOIN rule AS r
    WHERE NOT t.nobody AND NOT e.nobody
    GROUP BY t.episode_id
),
took AS (
    SELECT
        delivery_id, source_row,
        max(CASE WHEN leg = 'to_report' THEN minutes END) AS to_report,
        max(CASE WHEN leg = 'to_report' THEN coalesce(leg.least, minutes) END) AS soonest,
        max(CASE WHEN leg = 'to_report' THEN coalesce(leg.most, minutes) END) AS latest,
        max(CASE WHEN leg = 'missing' THEN minutes END) AS missing,
        bool_or(out_of_order) AS out_of_order
    FROM leg
    WHERE "table" = 'missing_episode'
    GROUP BY delivery_id, source_row
)
SELECT
    t.episode_id, t.person_id, t.nobody, t.reported_at,
    CASE WHEN t.report_key <> '' THEN coalesce(s.site, trim(t.reporter_site)) ELSE b.site END AS site,
    CASE WHEN t.report_key <> '' THEN 'report' WHEN b.site IS NOT NULL THEN 'bed' END AS site_by,
    t.kind, t.risk, t.grab_pack, t.found_by,
    CASE
        WHEN t.report_complete = 'no' OR k.soonest > r.report_minutes THEN 'yes'
        WHEN t.report_complete = 'yes' AND k.latest <= r.report_minutes THEN 'no'
        ELSE 'unknown'
    END AS poor,
    k.to_report AS minutes_to_report,
    CASE WHEN t.found_at < $month_after THEN k.missing END AS minutes_missing,
    t.found_at IS NULL OR t.found_at >= $month_after AS still_missing,
    coalesce(k.out_of_order, FALSE) AS out_of_order,
    1 + coalesce(e.in_window, 0) AS in_window,
    coalesce(e.earlier, 0) AS earlier,
    t.delivery_id, t.source_row
FROM timed AS t
CROSS JOIN rule AS r
LEFT JOIN spelling AS s ON s.site_key = t.report_key
LEFT JOIN slept AS b ON b.episode_id = t.episode_id
LEFT JOIN before AS e ON e.episode_id = t.episode_id
LEFT JOIN took AS k ON k.delivery_id = t.delivery_id AND k.source_row = t.source_row
