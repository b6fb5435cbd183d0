-- Crisis episodes: contacts of one person with any agency, each within the hours of the one before.
-- Parameter: episode_hours. An event in two data sets is one contact. Most contacts are an episode of their own.
-- A contact of which only the day is told may have been at any hour of it: it is within the hours of another if any hour
-- of that day is, and no order within the day is made of it.
-- Monthly counts say not when, so they are in no episode.
WITH contacts AS (
    SELECT
        e.person_id, e.source,
        coalesce(min(CASE WHEN NOT coalesce(e.start_day_only, FALSE) THEN e.start END), min(e.start)) AS start,
        CASE WHEN bool_and(coalesce(e.start_day_only, FALSE)) THEN 1439 ELSE 0 END AS open_minutes
    FROM event AS e
    LEFT JOIN tally AS t ON t.source = e.source AND t.event_id = e.event_id AND t.person_id = e.person_id
    WHERE e.counted AND NOT e.extra AND NOT e.nobody AND t.event_id IS NULL
    GROUP BY e.person_id, e.source, e.event_id
),
reaching AS (
    SELECT person_id, source, start, start + (open_minutes + 60 * $episode_hours) * INTERVAL '1' MINUTE AS own_reach FROM contacts
),
spaced AS (
    SELECT
        person_id, source, start, own_reach,
        max(own_reach) OVER (
            PARTITION BY person_id ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reach,
        lead(start) OVER (PARTITION BY person_id ORDER BY start) AS next
    FROM reaching
),
numbered AS (
    SELECT
        person_id, source, start,
        coalesce(start > reach, TRUE) AND coalesce(next > own_reach, TRUE) AS alone,
        -- a range, not rows: of contacts that start together either may have been put first
        sum(CASE WHEN start <= reach THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_id ORDER BY start
            RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS episode
    FROM spaced
)
SELECT person_id, episode, start, start AS "end", 1 AS contacts, source AS sources
FROM numbered
WHERE alone
UNION ALL
SELECT
    person_id,
    episode,
    min(n.start) AS start,
    max(n.start) AS "end",
    count(*) AS contacts,
    array_to_string(list_sort(list(DISTINCT source)), '|') AS sources
FROM numbered AS n
WHERE NOT alone
GROUP BY person_id, episode
