-- Numbers of one person and month that a supplied month lacks. A row of counts that was set aside says that there is a
-- number which is not known; so the person's month of that data set is missing, until a sound row with the same key
-- says it of this person. Whatever a row of counts is set aside for, its number is not used. Parameter: month_after.
WITH counted AS (
    SELECT DISTINCT source FROM record WHERE n IS NOT NULL
),
unknown AS (
    SELECT
        l.source, l.person_id, r.record_id, CAST(date_trunc('month', l.start) AS DATE) AS month, l.measures,
        CASE q.code WHEN 'count_suppressed' THEN 1 WHEN 'count_missing' THEN 2 ELSE 3 END AS cause
    FROM latest AS l
    JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
    JOIN current AS c ON c.delivery_id = l.delivery_id
    JOIN quarantine AS q ON q.delivery_id = l.delivery_id AND q.source_row = l.source_row
    WHERE l.state = 'quarantined' AND c.in_force AND (c.replaced_from IS NULL OR l.start < c.replaced_from)
        AND l.person_id IS NOT NULL AND NOT l.nobody AND l.start < $month_after
        AND (
            l.source IN (SELECT source FROM counted)
            OR q.code IN (
                'count_suppressed', 'count_missing', 'count_unreadable', 'count_over_limit', 'count_conflict'
            )
        )
),
sound AS (
    SELECT DISTINCT l.source, l.person_id, r.record_id
    FROM latest AS l
    JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
    WHERE l.state IN ('live', 'deleted') AND r.record_id IS NOT NULL
),
open AS (
    SELECT u.source, u.person_id, u.month, u.cause, unnest(u.measures) AS measure
    FROM unknown AS u
    LEFT JOIN sound AS s ON s.source = u.source AND s.record_id = u.record_id AND s.person_id = u.person_id
    WHERE s.record_id IS NULL
)
SELECT
    o.person_id,
    o.month,
    n.dataset,
    array_to_string(list_sort(list(DISTINCT o.source)), '|') AS sources,
    CASE min(o.cause) WHEN 1 THEN 'suppressed' WHEN 2 THEN 'empty' ELSE 'set_aside' END AS reason
FROM open AS o
JOIN counting AS n ON n.source = o.source AND n.measure = o.measure AND NOT n.extra
JOIN coverage AS v ON v.dataset = n.dataset AND v.month = o.month AND v.supplied
GROUP BY o.person_id, o.month, n.dataset
