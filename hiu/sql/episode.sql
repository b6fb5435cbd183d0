-- Crisis episodes: contacts of one person with any agency, each within the hours of the one before.
-- Parameter: episode_hours. An event in two data sets is one contact.
WITH contacts AS (
    SELECT person_id, source, event_id, min(start) AS start
    FROM event
    WHERE counted AND NOT extra AND NOT nobody
    GROUP BY person_id, source, event_id
),
spaced AS (
    SELECT
        person_id, source, event_id, start,
        lag(start) OVER (PARTITION BY person_id ORDER BY start, source, event_id) AS before
    FROM contacts
),
numbered AS (
    SELECT
        person_id, source, start,
        sum(CASE WHEN start <= before + $episode_hours * INTERVAL '1' HOUR THEN 0 ELSE 1 END) OVER (
            PARTITION BY person_id ORDER BY start, source, event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS episode
    FROM spaced
)
SELECT
    person_id,
    episode,
    min(start) AS start,
    max(start) AS "end",
    count(*) AS contacts,
    array_to_string(list_sort(list(DISTINCT source)), '|') AS sources
FROM numbered
GROUP BY person_id, episode
