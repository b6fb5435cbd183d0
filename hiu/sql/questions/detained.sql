-- Whom a section 136 record of health concerns that names nobody, or gives a name and nothing else: the one person
-- flagged on the police log that it quotes. Parameters: month_after, s136_hours.
-- Nobody guesses: not where two are flagged, where two such records quote the log, where the person has a health record
-- of that detention already, where more than a week lies between, or where a reviewer said that they are two people.
WITH side AS (
    SELECT DISTINCT source, measure, measure = 's136_police' AS police
    FROM counting
    WHERE dataset = 's136' AND unit = 'event' AND NOT extra
),
seen AS (
    SELECT
        l.source, l.source || ':' || l.event_id AS own, l.identity_id, l.person_id, l.start, l.how,
        CASE WHEN l.start_day_only THEN 1439 ELSE 0 END AS open_minutes,
        coalesce(q.event, l.related) AS quotes,
        coalesce(d.event, l.source || ':' || coalesce(l.duplicate_of, l.event_id)) AS incident,
        unnest(l.measures) AS measure
    FROM latest AS l
    LEFT JOIN quoted AS q ON q.related = l.related
    LEFT JOIN quoted AS d ON d.related = l.source || ':' || l.duplicate_of
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND l.start < $month_after
        AND l.source IN (SELECT source FROM side)
),
sided AS (
    SELECT s.own, s.identity_id, s.person_id, s.start, s.open_minutes, s.how, s.quotes, s.incident, n.police
    FROM seen AS s
    JOIN side AS n ON n.source = s.source AND n.measure = s.measure
),
somebody AS (
    SELECT identity_id
    FROM identity
    WHERE NOT nobody AND (
        dob IS NOT NULL OR nhs_number IS NOT NULL OR local_ids IS NOT NULL
        OR (street IS NOT NULL AND house IS NOT NULL) OR coalesce(length(postcode), 0) > 4
    )
),
identified AS (
    SELECT DISTINCT c.person_id FROM cluster AS c JOIN somebody AS s ON s.identity_id = c.identity_id
),
flagged AS (
    SELECT s.incident, s.person_id, i.person_id IS NOT NULL AS identified, min(s.start) AS start,
        max(s.open_minutes) AS open_minutes
    FROM sided AS s
    LEFT JOIN identified AS i ON i.person_id = s.person_id
    WHERE s.police
    GROUP BY s.incident, s.person_id, i.person_id
),
one AS (
    SELECT incident, min(person_id) AS person_id, min(start) AS start, max(open_minutes) AS open_minutes
    FROM flagged
    GROUP BY incident
    HAVING count(*) = 1 AND bool_and(identified)
),
duplicate AS (
    SELECT own, min(incident) AS incident FROM seen GROUP BY own
),
health AS (
    SELECT
        s.identity_id, s.person_id, s.start, s.open_minutes, coalesce(d.incident, s.quotes) AS incident,
        s.how IN ('single', 'nobody') AND t.identity_id IS NULL AS thin
    FROM sided AS s
    LEFT JOIN duplicate AS d ON d.own = s.quotes
    LEFT JOIN somebody AS t ON t.identity_id = s.identity_id
    WHERE NOT s.police
),
lone AS (
    SELECT incident FROM health WHERE thin GROUP BY incident HAVING count(DISTINCT identity_id) = 1
),
asked AS (
    SELECT DISTINCT h.identity_id, o.person_id, o.incident, o.start, o.open_minutes
    FROM health AS h
    JOIN lone AS l ON l.incident = h.incident
    JOIN one AS o ON o.incident = h.incident
    WHERE h.thin AND h.start BETWEEN o.start - INTERVAL '7' DAY AND o.start + INTERVAL '7' DAY
),
recorded AS (
    SELECT DISTINCT a.identity_id
    FROM asked AS a
    JOIN health AS h ON h.person_id = a.person_id
    WHERE h.incident = a.incident
        OR (
            h.start >= a.start - (h.open_minutes + 60 * $s136_hours) * INTERVAL '1' MINUTE
            AND h.start <= a.start + (a.open_minutes + 60 * $s136_hours) * INTERVAL '1' MINUTE
        )
),
apart AS (
    SELECT a.identity_id
    FROM asked AS a
    JOIN cluster AS c ON c.person_id = a.person_id
    JOIN decisions AS d
        ON (d.identity_a = a.identity_id AND d.identity_b = c.identity_id)
        OR (d.identity_b = a.identity_id AND d.identity_a = c.identity_id)
    WHERE d.decision = 'different' AND d.undone_at IS NULL
)
SELECT a.identity_id, min(a.person_id) AS person_id
FROM asked AS a
LEFT JOIN recorded AS r ON r.identity_id = a.identity_id
LEFT JOIN apart AS x ON x.identity_id = a.identity_id
WHERE r.identity_id IS NULL AND x.identity_id IS NULL
GROUP BY a.identity_id
HAVING count(DISTINCT a.person_id) = 1
