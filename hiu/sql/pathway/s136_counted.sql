-- Detentions of the pathway that the counts have too: the counted event that has its number or the police log that it
-- quotes, else that of the same person which begins nearest to it, within the hours of the rules. Where one person alone
-- is flagged on the log that it quotes, a detention is that person's too, under whatever name it was sent. An event is
-- one detention's: the nearest's. Of a day without a time, any hour of it may be within the hours.
WITH counted AS (
    SELECT source, event_id, person_id, start, CASE WHEN start_day_only THEN 1439 ELSE 0 END AS open_minutes
    FROM event
    WHERE dataset = 's136' AND counted AND NOT extra
),
log AS (
    SELECT d.detention_id, coalesce(q.event, 'police:' || d.police_log) AS event
    FROM s136_detention AS d
    LEFT JOIN quoted AS q ON q.related = 'police:' || d.police_log
    WHERE d.police_log IS NOT NULL
),
flagged AS (
    SELECT e.source || ':' || e.event_id AS event, min(e.person_id) AS person_id
    FROM event AS e
    WHERE e.dataset = 's136' AND e.side = 'police' AND NOT e.extra
    GROUP BY e.source || ':' || e.event_id
    HAVING count(DISTINCT e.person_id) = 1
),
whose AS (
    SELECT detention_id, person_id FROM s136_detention
    UNION
    SELECT g.detention_id, f.person_id FROM log AS g JOIN flagged AS f ON f.event = g.event
),
numbered AS (
    SELECT w.detention_id, e.source, e.event_id
    FROM whose AS w
    JOIN counted AS e ON e.person_id = w.person_id
    LEFT JOIN log AS g ON g.detention_id = w.detention_id
    WHERE e.event_id = w.detention_id OR e.source || ':' || e.event_id = g.event
    QUALIFY row_number() OVER (PARTITION BY w.detention_id ORDER BY e.source, e.event_id) = 1
        AND row_number() OVER (PARTITION BY e.source, e.event_id ORDER BY w.detention_id) = 1
),
near AS (
    SELECT
        w.detention_id, e.source, e.event_id,
        greatest(abs(date_diff('minute', e.start, d.at)) - e.open_minutes, 0) AS apart
    FROM whose AS w
    JOIN s136_detention AS d ON d.detention_id = w.detention_id
    JOIN counted AS e ON e.person_id = w.person_id
    JOIN rule_value AS v ON v.subject = 's136' AND v.name = 'hours_apart'
    LEFT JOIN numbered AS n ON n.detention_id = w.detention_id
    LEFT JOIN numbered AS t ON t.source = e.source AND t.event_id = e.event_id
    WHERE (NOT d.nobody OR w.person_id <> d.person_id) AND n.detention_id IS NULL AND t.event_id IS NULL
        AND abs(date_diff('minute', e.start, d.at)) <= 60 * v.number + e.open_minutes
),
nearest AS (
    SELECT detention_id, source, event_id, apart
    FROM near
    QUALIFY row_number() OVER (PARTITION BY detention_id ORDER BY apart, source, event_id) = 1
),
taken AS (
    SELECT detention_id, source, event_id
    FROM nearest
    QUALIFY row_number() OVER (PARTITION BY source, event_id ORDER BY apart, detention_id) = 1
)
SELECT d.detention_id, d.person_id, n.source, n.event_id, 'number' AS how
FROM numbered AS n
JOIN s136_detention AS d ON d.detention_id = n.detention_id
UNION ALL
SELECT d.detention_id, d.person_id, t.source, t.event_id, 'person_and_time' AS how
FROM taken AS t
JOIN s136_detention AS d ON d.detention_id = t.detention_id
