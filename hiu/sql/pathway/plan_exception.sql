-- What is to be put right about plans as at the month's end. Parameter: month_after (the day after the month).
-- The current plan is the last version that was written by then, by its number. An agency holds an old version if it was
-- sent an earlier one and is not among those that were sent the last: where it is not known to whom the last went, nobody
-- is shown to. A content is lacking, or not known, only of people who are supported. Contacts are distinct events of
-- demand in the months of the rules up to the month's end; an overdue plan is a plan all the same.
WITH written AS (
    SELECT *
    FROM plan_version
    WHERE NOT nobody AND (written_at IS NULL OR written_at < $month_after) AND version IS NOT NULL
),
current_plan AS (
    SELECT *
    FROM written
    QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY version DESC, written_at DESC NULLS LAST, source_row DESC) = 1
),
sent AS (
    SELECT person_id, version, unnest(circulated_to) AS agency
    FROM written
),
held AS (
    SELECT person_id, lower(agency) AS agency, max(version) AS version
    FROM sent
    WHERE agency <> '' AND lower(agency) <> 'nobody'
    GROUP BY person_id, lower(agency)
),
supported AS (
    SELECT person_id
    FROM support
    WHERE start < $month_after AND ("end" IS NULL OR "end" >= $month_after)
),
content AS (
    SELECT person_id, 'contact_details' AS content, has_contact_details AS there FROM current_plan
    UNION ALL
    SELECT person_id, 'diagnosis_explained' AS content, has_diagnosis_explained AS there FROM current_plan
    UNION ALL
    SELECT person_id, 'capacity' AS content, has_capacity AS there FROM current_plan
    UNION ALL
    SELECT person_id, 'crisis_behaviours_and_places' AS content, has_crisis_behaviours_and_places AS there FROM current_plan
    UNION ALL
    SELECT person_id, 'agreed_boundaries' AS content, has_agreed_boundaries AS there FROM current_plan
    UNION ALL
    SELECT person_id, 'places_of_safety' AS content, has_places_of_safety AS there FROM current_plan
    UNION ALL
    SELECT person_id, 'nominated_people' AS content, has_nominated_people AS there FROM current_plan
),
contacts AS (
    SELECT e.person_id, count(DISTINCT e.source || ':' || e.event_id) AS contacts
    FROM event AS e
    JOIN rule_value AS v ON v.subject = 'governing' AND v.name = 'contact_months'
    WHERE NOT e.nobody AND NOT e.extra AND e.start < $month_after
        AND date_diff('month', e.start, CAST($month_after AS DATE)) <= v.number
    GROUP BY e.person_id
)
SELECT 'overdue' AS code, person_id, CAST(NULL AS VARCHAR) AS agency, CAST(NULL AS VARCHAR) AS content, CAST(NULL AS BIGINT) AS number
FROM current_plan
WHERE CAST(review_due AS DATE) < CAST($month_after AS DATE) - INTERVAL '1' DAY
UNION ALL
SELECT 'review_unknown' AS code, person_id, CAST(NULL AS VARCHAR) AS agency, CAST(NULL AS VARCHAR) AS content, CAST(NULL AS BIGINT) AS number
FROM current_plan
WHERE review_due IS NULL
UNION ALL
SELECT 'old_version_held' AS code, h.person_id, h.agency, CAST(NULL AS VARCHAR) AS content, h.version AS number
FROM held AS h
JOIN current_plan AS p ON p.person_id = h.person_id
JOIN (SELECT DISTINCT person_id, version FROM sent) AS s ON s.person_id = p.person_id AND s.version = p.version
WHERE h.version < p.version
UNION ALL
SELECT
    CASE WHEN c.there = 'no' THEN 'content_lacking' ELSE 'content_unknown' END AS code, c.person_id, CAST(NULL AS VARCHAR) AS agency,
    c.content, CAST(NULL AS BIGINT) AS number
FROM content AS c
JOIN supported AS s ON s.person_id = c.person_id
WHERE coalesce(c.there, '') <> 'yes'
UNION ALL
SELECT 'no_current_plan' AS code, c.person_id, CAST(NULL AS VARCHAR) AS agency, CAST(NULL AS VARCHAR) AS content, c.contacts AS number
FROM contacts AS c
JOIN rule_value AS v ON v.subject = 'governing' AND v.name = 'contacts'
LEFT JOIN current_plan AS p ON p.person_id = c.person_id
WHERE c.contacts >= v.number AND p.person_id IS NULL
