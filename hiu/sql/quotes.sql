-- Of each source, how many numbers of another source's events its rows of the month quote, and how many are found there.
-- Parameter: month_after. What was not found is told by its form alone: A for letters, 9 for a digit.
-- A source that sent nothing for the month is not asked: it is missing, which is said elsewhere.
WITH sound AS (
    SELECT r.source, r.source || ':' || r.event_id AS own, r.related, r.start
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    WHERE c.in_force AND NOT r.quarantined AND NOT coalesce(r.deleted, FALSE)
),
asked AS (
    SELECT source, split_part(related, ':', 1) AS quoted, related, count(*) AS times
    FROM sound
    WHERE related IS NOT NULL AND start >= $month_after - INTERVAL '1' MONTH AND start < $month_after
    GROUP BY source, related
),
wanted AS (
    SELECT DISTINCT quoted FROM asked
),
there AS (
    SELECT
        s.source, s.own,
        max(CASE WHEN s.start >= $month_after - INTERVAL '1' MONTH AND s.start < $month_after THEN 1 ELSE 0 END) AS of_month
    FROM sound AS s
    JOIN wanted AS w ON w.quoted = s.source
    WHERE s.own IS NOT NULL
    GROUP BY s.source, s.own
),
form AS (
    SELECT
        source,
        regexp_replace(
            regexp_replace(substr(own, length(source) + 2), '\p{L}+', 'A', 'g'), '[0-9]', '9', 'g'
        ) AS usual,
        count(*) AS times
    FROM there
    WHERE of_month = 1
    GROUP BY 1, 2
),
usual AS (
    SELECT source, usual
    FROM form
    QUALIFY row_number() OVER (PARTITION BY source ORDER BY times DESC, usual) = 1
)
SELECT
    a.source,
    a.quoted,
    CASE
        WHEN t.own IS NULL THEN regexp_replace(
            regexp_replace(substr(a.related, length(a.quoted) + 2), '\p{L}+', 'A', 'g'), '[0-9]', '9', 'g'
        )
        ELSE 'found'
    END AS form,
    min(u.usual) AS usual,
    sum(a.times) AS "rows",
    sum(CASE WHEN t.own IS NULL THEN 0 ELSE a.times END) AS found
FROM asked AS a
JOIN usual AS u ON u.source = a.quoted
JOIN quoted AS q ON q.related = a.related
LEFT JOIN there AS t ON t.own = q.event
GROUP BY a.source, a.quoted, 3
