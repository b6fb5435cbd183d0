-- What contradicts itself about a person, between rows and files or in one row. Parameter: month_after.
-- Facts of registers that stand against each other, support that ends before it starts, births after a contact or against
-- an age, contacts after a death, deaths before a birth, and names or emergency departments that say
-- the person died though no register does.
-- Records that do not fit the age: somebody under ten suspected of a crime (ten is the age of criminal responsibility),
-- detained, assessed, in a mental-health bed or on the team's list, and police or ambulance contacts in the first year.
-- No free text is kept. Of rows that say that somebody is dead the latest date is.
WITH stated AS (
    SELECT
        person_id, source, place, fact,
        CASE
            WHEN fact IN ('consent', 'permission', 'capacity') THEN lower(value)
            WHEN fact = 'plan' THEN CAST(at AS VARCHAR)
            ELSE value
        END AS word
    FROM row_fact
    WHERE (stands OR fact = 'plan') AND fact IN ('consent', 'permission', 'capacity', 'lead_clinician', 'cmht', 'plan')
        AND NOT met
),
differing AS (
    SELECT
        person_id,
        fact AS what,
        array_to_string(list_sort(list(DISTINCT source)), '|') AS sources,
        count(DISTINCT place) AS "rows",
        CASE
            WHEN fact IN ('consent', 'permission', 'capacity', 'plan') THEN array_to_string(list_sort(list(DISTINCT word)), '|')
        END AS detail
    FROM stated
    WHERE word IS NOT NULL
    GROUP BY person_id, fact
    HAVING count(DISTINCT word) > 1
),
span AS (
    SELECT
        l.person_id,
        l.source,
        f.delivery_id,
        f.source_row,
        max(CASE WHEN f.fact = 'start' THEN f.at END) AS start,
        max(CASE WHEN f.fact = 'end' THEN f.at END) AS "end",
        sum(CASE WHEN f.fact = 'end' THEN 1 ELSE 0 END) >= sum(CASE WHEN f.fact = 'start' THEN 1 ELSE 0 END) AS closed
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND f.fact IN ('start', 'end') AND f.at < $month_after
    GROUP BY l.person_id, l.source, f.delivery_id, f.source_row
),
young AS (
    SELECT
        p.person_id, l.source, l.delivery_id, l.source_row, unnest(l.measures) AS measure,
        CAST(l.start AS DATE) < p.dob + INTERVAL '1' YEAR AS infant
    FROM people AS p
    JOIN latest AS l ON l.person_id = p.person_id
    WHERE l.state = 'live' AND p.named AND l.start < $month_after
        AND CAST(l.start AS DATE) >= p.dob AND CAST(l.start AS DATE) < p.dob + INTERVAL '10' YEAR
),
too_young AS (
    SELECT y.person_id, y.source, y.delivery_id, y.source_row
    FROM young AS y
    LEFT JOIN counting AS c ON c.source = y.source AND c.measure = y.measure AND NOT c.extra
    WHERE y.measure = 'police_suspect' OR c.dataset IN ('s136', 'mha_assessment', 'mh_bed_day')
        OR (y.infant AND c.dataset IN ('police_incident', 'ambulance_deployment'))
    UNION
    SELECT l.person_id, l.source, l.delivery_id, l.source_row
    FROM people AS p
    JOIN latest AS l ON l.person_id = p.person_id
    JOIN fact AS f ON f.delivery_id = l.delivery_id AND f.source_row = l.source_row
    WHERE l.state = 'live' AND p.named AND f.fact <> 'death' AND f.at < $month_after
        AND f.at < p.dob + INTERVAL '10' YEAR
),
row_doubt AS (
    SELECT person_id, 'age_against_records' AS what, source, CAST(NULL AS DATE) AS day FROM too_young
    UNION ALL
    SELECT person_id, 'ends_before_start' AS what, source, NULL FROM span WHERE closed AND "end" < start
    UNION ALL
    SELECT a.person_id, 'ended_and_open' AS what, a.source, NULL
    FROM span AS a
    JOIN span AS b ON b.person_id = a.person_id AND b."end" IS NULL AND b.start <= a."end"
    WHERE a.start <= a."end"
    UNION ALL
    SELECT
        l.person_id,
        CASE WHEN r.doubts = 'age' THEN 'age_against_birth' ELSE 'born_after_contact' END AS what,
        l.source,
        NULL
    FROM record AS r
    JOIN latest AS l ON l.delivery_id = r.delivery_id AND l.source_row = r.source_row
    WHERE r.doubts IS NOT NULL AND l.state = 'live' AND l.person_id IS NOT NULL
    UNION ALL
    SELECT p.person_id, 'born_after_contact' AS what, l.source, NULL
    FROM people AS p
    JOIN latest AS l ON l.person_id = p.person_id
    WHERE l.state = 'live' AND p.named AND CAST(l.start AS DATE) < p.dob AND l.start < $month_after
    UNION ALL
    SELECT l.person_id, 'born_after_contact' AS what, l.source, NULL
    FROM record AS r
    JOIN latest AS l ON l.delivery_id = r.delivery_id AND l.source_row = r.source_row
    JOIN identity AS i ON i.identity_id = l.identity_id
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND r.dob IS NOT NULL AND i.dob IS NULL
    UNION ALL
    SELECT p.person_id, 'contact_after_death' AS what, l.source, NULL
    FROM people AS p
    JOIN latest AS l ON l.person_id = p.person_id
    WHERE l.state = 'live' AND CAST(l.start AS DATE) > p.died AND l.start < $month_after
    UNION ALL
    SELECT p.person_id, 'death_before_birth' AS what, l.source, NULL
    FROM people AS p
    JOIN latest AS l ON l.person_id = p.person_id
    JOIN fact AS f ON f.delivery_id = l.delivery_id AND f.source_row = l.source_row
    WHERE l.state = 'live' AND f.fact = 'death' AND f.at < p.dob AND f.at < $month_after
    UNION ALL
    SELECT l.person_id, 'death_to_check' AS what, l.source, CAST(l.start AS DATE)
    FROM record AS r
    JOIN latest AS l ON l.delivery_id = r.delivery_id AND l.source_row = r.source_row
    JOIN people AS p ON p.person_id = l.person_id
    WHERE ('|' || r.flags || '|' LIKE '%|DECEASED|%' OR list_contains(r.measures, 'ed_death')) AND l.state = 'live' AND p.named AND p.died IS NULL
)
SELECT person_id, what, sources, "rows", detail FROM differing
UNION ALL
SELECT
    person_id,
    what,
    array_to_string(list_sort(list(DISTINCT source)), '|') AS sources,
    count(*) AS "rows",
    CAST(max(day) AS VARCHAR) AS detail
FROM row_doubt
GROUP BY person_id, what
