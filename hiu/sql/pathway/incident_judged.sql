-- Each incident once, by the last row of its number, and whether a referral is mandatory: of a death where the team's last
-- contact came within the hours of the rules before it, and a police mentor was present. It is not mandatory only where that is
-- shown; where a time is missing, or the contact is written after the death, it is unknown. Exactly midnight may be a day
-- without its time, so such a death or contact can be of any minute of that day, and is judged only where all agree.
-- Parameter: month_after.
WITH once AS (
    SELECT *
    FROM incident
    WHERE incident_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY nobody, source_row DESC) = 1
),
timed AS (
    SELECT
        o.*, v.number * 60 AS within,
        coalesce(g.least, g.minutes)
        - CASE WHEN date_trunc('day', o.last_team_contact_at) = o.last_team_contact_at THEN 1439 ELSE 0 END AS shortest,
        coalesce(g.most, g.minutes) + CASE WHEN date_trunc('day', o.at) = o.at THEN 1439 ELSE 0 END AS longest
    FROM once AS o
    JOIN rule_value AS v ON v.subject = 'governing' AND v.name = 'referral_hours'
    LEFT JOIN leg AS g
        ON g."table" = 'incident' AND g.leg = 'contact_before' AND g.delivery_id = o.delivery_id
        AND g.source_row = o.source_row
)
SELECT
    incident_id, person_id, nobody, kind, at,
    CASE
        WHEN kind IS NOT NULL AND kind <> 'death' THEN 'no'
        WHEN shortest > within THEN 'no'
        WHEN longest IS NOT NULL AND police_mentor_present = 'no' THEN 'no'
        WHEN kind = 'death' AND longest <= within AND police_mentor_present = 'yes' THEN 'yes'
        ELSE 'unknown'
    END AS mandatory,
    CASE WHEN reported_to = 'iopc' AND reported_at < $month_after THEN 'yes' ELSE 'no' END AS referred,
    closed_at IS NULL OR closed_at >= $month_after AS open,
    review_due, lead_organisation, delivery_id, source_row
FROM timed
