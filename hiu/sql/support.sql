-- The team's list as at the month's end, from the register in force and the gates meetings recorded. Parameter:
-- month_after.
-- The latest fact of each kind holds; one without a date holds before any dated one. A review's date is when it is due,
-- so it is kept though it lies ahead. An end before the latest start belongs to an earlier spell of support.
-- Where rows contradict each other (row_fact) the more restrictive holds until a person settles it: refused over given,
-- ended over open, also where a row's own end lies before its start; of two names both are shown.
-- Of a register's fact and a meeting's on one day the meeting's holds. Who tells a meeting no after support began leaves
-- it: withdrawn, as any other leaver, so that no figure about the support they had changes.
-- Consent, permission and capacity of a spell that ended before the present one began are not of the present one (G20-22).
WITH held AS (
    SELECT l.person_id, f.fact, f.at, f.value, f.source_row, f.position, 0 AS met
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND l.person_id IS NOT NULL
        AND (f.at IS NULL OR f.at < $month_after OR f.fact = 'plan_review')
    UNION ALL
    SELECT person_id, fact, at, value, 0 AS source_row, position, 1 AS met
    FROM meeting_fact
    WHERE fact <> 'grading'
),
known AS (
    SELECT l.person_id
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    -- a register of patients that says who has died puts nobody on the team's list
    WHERE l.state = 'live' AND l.person_id IS NOT NULL AND f.fact <> 'death'
    GROUP BY l.person_id
    -- on the list by then: something dated lies before the month's end, or nothing is dated at all
    HAVING min(CASE WHEN f.fact <> 'plan_review' THEN f.at END) < $month_after
        OR count(CASE WHEN f.fact <> 'plan_review' THEN f.at END) = 0
    UNION
    SELECT person_id
    FROM meeting_fact
    WHERE fact <> 'grading'
),
row_span AS (
    SELECT
        l.person_id,
        f.delivery_id,
        f.source_row,
        max(CASE WHEN f.fact = 'start' THEN f.at END) AS start,
        max(CASE WHEN f.fact = 'end' THEN f.at END) AS "end",
        sum(CASE WHEN f.fact = 'end' THEN 1 ELSE 0 END) >= sum(CASE WHEN f.fact = 'start' THEN 1 ELSE 0 END) AS closed
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND f.fact IN ('start', 'end') AND f.at < $month_after
    GROUP BY l.person_id, f.delivery_id, f.source_row
),
former_end AS (
    SELECT o.person_id, max(o."end") AS ended
    FROM row_span AS o
    JOIN (SELECT person_id, max(start) AS began FROM row_span GROUP BY person_id) AS l ON l.person_id = o.person_id
    WHERE o.start < l.began AND o."end" >= o.start AND o."end" <= l.began
    GROUP BY o.person_id
),
latest_fact AS (
    SELECT r.person_id, r.fact, r.at, lower(r.value) AS word, r.value, r.evidence, CASE WHEN r.met THEN 1 ELSE 0 END AS met
    FROM row_fact AS r
    LEFT JOIN former_end AS e ON e.person_id = r.person_id
    WHERE r.stands
        AND NOT coalesce(
            r.fact IN ('consent', 'permission', 'capacity') AND r.strict = 0 AND r.at <= e.ended
            AND coalesce(lower(r.value), '') 
                NOT IN ('refused', 'no', 'withdrawn', 'not granted', 'lacks capacity', 'review needed'),
            FALSE
        )
    QUALIFY row_number() OVER (
        PARTITION BY r.person_id, r.fact ORDER BY r.strict DESC, r.at DESC NULLS LAST, r.met DESC, r.value DESC
    ) = 1
),
named AS (
    SELECT person_id, fact, array_to_string(list_sort(list(DISTINCT value)), ' or ') AS names
    FROM row_fact
    WHERE stands AND fact IN ('cmht', 'lead_clinician')
    GROUP BY person_id, fact
),
wrong_end AS (
    SELECT person_id, start, max("end") AS "end"
    FROM row_span
    WHERE closed AND "end" < start
    GROUP BY person_id, start
),
wide AS (
    SELECT
        k.person_id,
        max(CASE WHEN f.fact = 'offered' THEN f.at END) AS offered,
        max(CASE WHEN f.fact = 'consent' THEN f.word END) AS consent,
        max(CASE WHEN f.fact = 'consent' THEN f.at END) AS consent_at,
        max(CASE WHEN f.fact = 'consent' THEN f.met END) AS consent_met,
        max(CASE WHEN f.fact = 'consent' THEN f.evidence END) AS consent_evidence,
        max(CASE WHEN f.fact = 'permission' THEN f.evidence END) AS permission_evidence,
        max(CASE WHEN f.fact = 'capacity' THEN f.evidence END) AS capacity_evidence,
        max(CASE WHEN f.fact = 'permission' THEN f.word END) AS permission,
        max(CASE WHEN f.fact = 'permission' THEN f.at END) AS permission_at,
        max(CASE WHEN f.fact = 'capacity' THEN f.word END) AS capacity,
        max(CASE WHEN f.fact = 'capacity' AND coalesce(f.word, '') <> 'review needed' THEN f.at END) AS capacity_at,
        max(CASE WHEN f.fact = 'notice' THEN f.at END) AS notice_at,
        max(CASE WHEN f.fact = 'start' THEN f.at END) AS start,
        max(CASE WHEN f.fact = 'end' THEN f.at END) AS "end",
        max(CASE WHEN f.fact = 'plan' THEN f.at END) AS plan_at,
        max(CASE WHEN f.fact = 'plan_review' THEN f.at END) AS plan_review_at,
        max(CASE WHEN n.fact = 'cmht' THEN n.names END) AS cmht,
        max(CASE WHEN n.fact = 'lead_clinician' THEN n.names END) AS lead_clinician
    FROM known AS k
    LEFT JOIN named AS n ON n.person_id = k.person_id
    LEFT JOIN latest_fact AS f ON f.person_id = k.person_id
    GROUP BY k.person_id
),
meetings AS (
    SELECT person_id, count(*) AS contacts
    FROM held
    WHERE fact = 'contact' AND at IS NOT NULL
    GROUP BY person_id
)
SELECT
    w.person_id,
    w.offered,
    CASE
        WHEN w.consent IN ('given', 'yes') THEN 'given'
        WHEN w.consent = 'refused' AND w.consent_met = 1 AND w.start <= w.consent_at THEN 'withdrawn'
        WHEN w.consent IN ('refused', 'no') THEN 'refused'
        WHEN w.consent = 'withdrawn' THEN 'withdrawn'
    END AS consent,
    w.consent_at,
    w.consent_evidence,
    CASE
        WHEN w.permission IN ('granted', 'given', 'yes') THEN 'granted'
        WHEN w.permission IN ('not granted', 'refused', 'withdrawn', 'no') THEN 'not granted'
    END AS permission,
    w.permission_at,
    w.permission_evidence,
    -- of a review without its outcome it is known only that it was made
    CASE
        WHEN w.capacity IN ('has capacity', 'yes') THEN 'has capacity'
        WHEN w.capacity IN ('lacks capacity', 'no') THEN 'lacks capacity'
        WHEN w.capacity IN ('lacks capacity: best-interests decision', 'review needed') THEN w.capacity
        WHEN w.capacity = 'reviewed' OR w.capacity_at IS NOT NULL THEN 'reviewed'
    END AS capacity,
    w.capacity_at,
    w.capacity_evidence,
    w.notice_at,
    w.start,
    CASE WHEN w."end" >= w.start OR w.start IS NULL THEN w."end" ELSE e."end" END AS "end",
    w.plan_at,
    w.plan_review_at,
    w.cmht,
    w.lead_clinician,
    coalesce(m.contacts, 0) AS contacts
FROM wide AS w
LEFT JOIN meetings AS m ON m.person_id = w.person_id
LEFT JOIN wrong_end AS e ON e.person_id = w.person_id AND e.start = w.start
