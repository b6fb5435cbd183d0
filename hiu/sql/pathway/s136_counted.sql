-- Detentions of the pathway that the counts have too: the counted event that has its number or the police log that it
-- quotes, else that of the same person which begins nearest to it, within the hours of the rules. An event is one
-- detention's: the nearest's. Of a day without a time, any hour of it may be within the hours.
WITH counted AS (
    SELECT source, event_id, person_id, start, CASE WHEN start_day_only THEN 1439 ELSE 0 END AS open_minutes
    FROM event
    WHERE dataset = 's136' AND counted AND NOT extra
),
numbered AS (
    SELECT d.detention_id, d.person_id, e.source, e.event_id
    FROM s136_detention AS d
    LEFT JOIN quoted AS q ON q.related = 'police:' || d.police_log
    JOIN counted AS e
        ON e.person_id = d.person_id
        AND (e.event_id = d.detention_id OR e.source || ':' || e.event_id = coalesce(q.event, 'police:' || d.police_log))
    QUALIFY row_number() OVER (PARTITION BY d.detention_id ORDER BY e.source, e.event_id) = 1
        AND row_number() OVER (PARTITION BY e.source, e.event_id ORDER BY d.detention_id) = 1
),
near AS (
    SELECT
        d.detention_id, d.person_id, e.source, e.event_id,
        greatest(abs(date_diff('minute', e.start, d.at)) - e.open_minutes, 0) AS apart
    FROM s136_detention AS d
    JOIN counted AS e ON e.person_id = d.person_id
    JOIN rule_value AS v ON v.subject = 's136' AND v.name = 'hours_apart'
    LEFT JOIN numbered AS n ON n.detention_id = d.detention_id
    LEFT JOIN numbered AS t ON t.source = e.source AND t.event_id = e.event_id
    WHERE NOT d.nobody AND n.detention_id IS NULL AND t.event_id IS NULL
        AND abs(date_diff('minute', e.start, d.at)) <= 60 * v.number + e.open_minutes
),
nearest AS (
    SELECT detention_id, person_id, source, event_id, apart
    FROM near
    QUALIFY row_number() OVER (PARTITION BY detention_id ORDER BY apart, source, event_id) = 1
),
taken AS (
    SELECT detention_id, person_id, source, event_id
    FROM nearest
    QUALIFY row_number() OVER (PARTITION BY source, event_id ORDER BY apart, detention_id) = 1
)
SELECT detention_id, person_id, source, event_id, 'number' AS how FROM numbered
UNION ALL
SELECT detention_id, person_id, source, event_id, 'person_and_time' AS how FROM taken
