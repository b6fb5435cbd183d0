-- One row per data set, person and incident. Parameters: month_after, s136_hours.
-- A duplicate log counts with its parent (chains followed, three steps): in the parent's month if the person was seen
-- there, else once for itself. Section 136: a police record within the hours of a health record of the same person is
-- the same detention and counts with it (of a
-- record that has a day without a time: if any hour of that day is within them); so is one on the log a health record quotes, even under another name, unless
-- the person of the health record is flagged on that log too. The better identified record holds: a health record that
-- gives no more than a name takes no detention from somebody who is told by more; then it is the one that does not count.
WITH live AS (
    SELECT
        l.source, l.event_id, coalesce(substr(d.event, length(l.source) + 2), l.duplicate_of) AS duplicate_of,
        coalesce(q.event, l.related) AS related, l.start,
        coalesce(l.start_day_only, FALSE) AS day_only, l.measures, l.person_id, l.nobody
    FROM latest AS l
    LEFT JOIN quoted AS q ON q.related = l.related
    LEFT JOIN quoted AS d ON d.related = l.source || ':' || l.duplicate_of
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND l.start < $month_after
),
identified AS (
    SELECT DISTINCT c.person_id
    FROM cluster AS c
    JOIN identity AS i ON i.identity_id = c.identity_id
    WHERE NOT i.nobody AND (
        i.dob IS NOT NULL OR i.nhs_number IS NOT NULL OR i.local_ids IS NOT NULL
        OR (i.street IS NOT NULL AND i.house IS NOT NULL) OR coalesce(length(i.postcode), 0) > 4
    )
),
parents AS (
    SELECT source, event_id, min(duplicate_of) AS parent
    FROM live
    WHERE duplicate_of IS NOT NULL
    GROUP BY source, event_id
),
roots AS (
    SELECT
        a.source,
        a.event_id,
        -- still a parent after the last step: a circle, so any fixed member of it stands for it
        CASE
            WHEN d.parent IS NULL THEN coalesce(c.parent, b.parent, a.parent)
            ELSE least(a.event_id, a.parent, b.parent, c.parent)
        END AS root
    FROM parents AS a
    LEFT JOIN parents AS b ON b.source = a.source AND b.event_id = a.parent
    LEFT JOIN parents AS c ON c.source = b.source AND c.event_id = b.parent
    LEFT JOIN parents AS d ON d.source = c.source AND d.event_id = c.parent
),
logged AS (
    SELECT
        l.source, coalesce(r.root, l.event_id) AS incident, l.event_id, l.start, l.day_only, l.person_id, l.nobody,
        coalesce(q.source || ':' || q.root, l.related) AS related,
        unnest(l.measures) AS measure
    FROM live AS l
    LEFT JOIN roots AS r ON r.source = l.source AND r.event_id = l.event_id
    LEFT JOIN roots AS q ON q.source || ':' || q.event_id = l.related
),
sides AS (
    SELECT
        source, measure, dataset, extra,
        CASE WHEN dataset <> 's136' THEN '' WHEN measure = 's136_police' THEN 'police' ELSE 'health' END AS side
    FROM counting
    WHERE unit = 'event'
),
series AS (
    SELECT source, measure, dataset, extra, side, dense_rank() OVER (ORDER BY dataset, extra, side, source) AS series
    FROM sides
),
grouped AS (
    SELECT
        n.series,
        l.incident,
        l.person_id,
        l.nobody,
        -- null where the person was not seen on the incident itself, only on duplicates of it; a time goes before a day
        min(CASE WHEN l.event_id = l.incident THEN l.start END) AS own_day,
        min(CASE WHEN l.event_id = l.incident AND NOT l.day_only THEN l.start END) AS own_time,
        min(l.start) AS day,
        min(CASE WHEN NOT l.day_only THEN l.start END) AS time,
        min(CASE WHEN l.event_id <> l.incident THEN l.event_id END) AS duplicate,
        min(l.related) AS related
    FROM logged AS l
    JOIN series AS n ON n.source = l.source AND n.measure = l.measure
    GROUP BY n.series, l.incident, l.person_id, l.nobody
),
once AS (
    SELECT
        n.dataset,
        n.extra,
        n.side,
        n.source,
        g.person_id,
        g.nobody,
        g.incident,
        CASE WHEN g.own_day IS NULL THEN g.duplicate ELSE g.incident END AS event_id,
        coalesce(g.own_time, g.own_day, g.time, g.day) AS start,
        g.own_time IS NULL AND (g.own_day IS NOT NULL OR g.time IS NULL) AS day_only,
        g.related
    FROM grouped AS g
    JOIN (SELECT DISTINCT series, dataset, extra, side, source FROM series) AS n ON n.series = g.series
),
near AS (
    SELECT
        p.source AS police_source, p.event_id AS police_event, p.person_id AS police_person,
        h.source, h.event_id, h.person_id
    FROM once AS p
    JOIN once AS h ON h.person_id = p.person_id
    WHERE p.side = 'police' AND h.side = 'health'
        AND h.start >= p.start - (CASE WHEN h.day_only THEN 1439 ELSE 0 END + 60 * $s136_hours) * INTERVAL '1' MINUTE
        AND h.start <= p.start + (CASE WHEN p.day_only THEN 1439 ELSE 0 END + 60 * $s136_hours) * INTERVAL '1' MINUTE
),
named AS (
    SELECT
        p.source AS police_source, p.event_id AS police_event, p.person_id AS police_person,
        h.source, h.event_id, h.person_id,
        p.person_id <> h.person_id AND ip.person_id IS NOT NULL AND ih.person_id IS NULL AS yields,
        h.start BETWEEN p.start - INTERVAL '7' DAY AND p.start + INTERVAL '7' DAY AS soon
    FROM once AS p
    JOIN once AS h ON h.related = p.source || ':' || p.incident
    LEFT JOIN once AS own
        ON own.side = 'police' AND own.source = p.source AND own.incident = p.incident AND own.person_id = h.person_id
    LEFT JOIN identified AS ip ON ip.person_id = p.person_id
    LEFT JOIN identified AS ih ON ih.person_id = h.person_id
    WHERE p.side = 'police' AND h.side = 'health' AND (p.person_id = h.person_id OR own.event_id IS NULL)
),
yielding AS (
    SELECT DISTINCT source, event_id, person_id FROM named WHERE yields AND soon
),
both_sides AS (
    SELECT * FROM near
    UNION
    SELECT police_source, police_event, police_person, source, event_id, person_id FROM named WHERE NOT yields
),
matched AS (
    SELECT DISTINCT 'police' AS side, police_source AS source, police_event AS event_id, police_person AS person_id
    FROM both_sides
    UNION ALL
    SELECT DISTINCT 'health' AS side, source, event_id, person_id FROM both_sides
)
SELECT
    o.dataset,
    o.extra,
    o.side,
    o.source,
    o.event_id,
    o.person_id,
    o.nobody,
    o.start,
    o.day_only AS start_day_only,
    CAST(date_trunc('month', o.start) AS DATE) AS month,
    m.event_id IS NOT NULL OR y.event_id IS NOT NULL AS matched,
    NOT (o.side = 'police' AND m.event_id IS NOT NULL) AND NOT (o.side = 'health' AND y.event_id IS NOT NULL) AND (o.extra OR coalesce(v.supplied, FALSE)) AS counted
FROM once AS o
LEFT JOIN matched AS m
    ON m.side = o.side AND m.source = o.source AND m.event_id = o.event_id AND m.person_id = o.person_id
LEFT JOIN yielding AS y ON y.source = o.source AND y.event_id = o.event_id AND y.person_id = o.person_id
LEFT JOIN coverage AS v ON v.dataset = o.dataset AND v.month = CAST(date_trunc('month', o.start) AS DATE)
