-- Logs of the desk that are a police incident too. A log that quotes an incident's number, or has its number itself, is
-- that incident. One whose numbers no incident has is the incident of the same person that begins nearest to it, within the minutes of
-- the rules; where two logs reach for one incident so, the nearer has it. An incident is one whatever its duplicates.
-- Minutes are those that passed: a clock that goes forward on the last Sunday of March leaves an hour out.
WITH police AS (
    SELECT DISTINCT source FROM counting WHERE dataset = 'police_incident'
),
log AS (
    SELECT DISTINCT
        d.log_id, d.person_id, d.nobody, d.opened_at, d.police_log,
        date_trunc('week', date_trunc('year', d.opened_at) + INTERVAL '3' MONTH) - INTERVAL '23' HOUR AS spring
    FROM desk_log AS d
    WHERE d.log_id IS NOT NULL
),
sent AS (
    SELECT DISTINCT l.source, l.event_id
    FROM links AS l
    JOIN police AS p ON p.source = l.source
    WHERE l.status IN ('counted', 'not_counted') AND l.event_id IS NOT NULL
),
quoting AS (
    SELECT g.log_id, g.person_id, coalesce(q.event, p.source || ':' || g.police_log) AS event
    FROM log AS g
    CROSS JOIN police AS p
    LEFT JOIN quoted AS q ON q.related = p.source || ':' || g.police_log
    WHERE g.police_log IS NOT NULL
    UNION
    SELECT g.log_id, g.person_id, p.source || ':' || g.log_id AS event
    FROM log AS g
    CROSS JOIN police AS p
),
numbered AS (
    SELECT DISTINCT q.log_id, q.person_id, s.source, s.event_id
    FROM quoting AS q
    JOIN sent AS s ON s.source || ':' || s.event_id = q.event
),
near AS (
    SELECT
        g.log_id, g.person_id, e.source, e.event_id,
        abs(
            abs(date_diff('minute', g.opened_at, e.start))
            - CASE WHEN (g.opened_at < g.spring) <> (e.start < g.spring) THEN 60 ELSE 0 END
        ) AS apart,
        v.number AS within
    FROM log AS g
    JOIN event AS e ON e.person_id = g.person_id AND e.dataset = 'police_incident' AND NOT e.start_day_only
    JOIN rule_value AS v ON v.subject = 'desk' AND v.name = 'minutes_apart'
    LEFT JOIN numbered AS n ON n.log_id = g.log_id
    LEFT JOIN numbered AS t ON t.source = e.source AND t.event_id = e.event_id
    WHERE NOT g.nobody AND n.log_id IS NULL AND t.log_id IS NULL
),
nearest AS (
    SELECT log_id, person_id, source, event_id, apart
    FROM near
    WHERE apart <= within
    QUALIFY row_number() OVER (PARTITION BY log_id ORDER BY apart, source, event_id) = 1
),
taken AS (
    SELECT log_id, person_id, source, event_id
    FROM nearest
    QUALIFY row_number() OVER (PARTITION BY source, event_id ORDER BY apart, log_id) = 1
)
SELECT log_id, person_id, source, event_id, 'number' AS how FROM numbered
UNION ALL
SELECT log_id, person_id, source, event_id, 'person_and_time' AS how FROM taken
