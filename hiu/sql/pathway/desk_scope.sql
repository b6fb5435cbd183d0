-- Whether each referral is in scope, by what is written: out where a condition is shown not to hold, in where all are shown
-- to hold, else not known; and the first condition that does not hold. Risk, consent and purpose are those that the
-- referral gives, and the log's where it gives none; area is the log's. An "or" fails only where both sides are shown to. A purpose that is
-- mitigated since is none any more.
WITH area AS (
    SELECT word FROM rule_value WHERE subject = 'desk' AND name = 'area_in_scope'
),
log AS (
    SELECT
        log_id,
        min(area) AS area,
        min(mh_related) AS mh_related,
        min(policing_purpose) AS policing_purpose,
        max(risk_evident) AS risk_evident,
        max(consent) AS consent
    FROM desk_log
    WHERE log_id IS NOT NULL
    GROUP BY log_id
),
asked AS (
    SELECT
        r.referral_id, r.log_id, r.person_id, r.asked_at, r.accepted, r.direction, r.delivery_id, r.source_row,
        coalesce(r.mh_related, g.mh_related) AS mh_related,
        coalesce(r.policing_purpose, g.policing_purpose) AS policing_purpose,
        coalesce(r.risk_evident, g.risk_evident) AS risk_evident,
        coalesce(r.consent, g.consent) AS consent,
        coalesce(r.protocol, CASE WHEN r.sharing_rationale = 'recorded' THEN 'yes' END) AS protocol,
        r.scene_999,
        CASE WHEN g.area IS NULL THEN NULL WHEN a.word IS NULL THEN 'no' ELSE 'yes' END AS in_area
    FROM referral AS r
    LEFT JOIN log AS g ON g.log_id = r.log_id
    LEFT JOIN area AS a ON a.word = g.area
),
judged AS (
    SELECT
        *,
        CASE
            WHEN direction = 'link_officer_to_desk' THEN
                CASE
                    WHEN in_area = 'no' THEN 'outside_area'
                    WHEN mh_related = 'no' THEN 'not_mental_health'
                    WHEN risk_evident = 'no' AND consent = 'no' THEN 'no_risk_or_consent'
                END
            WHEN direction = 'desk_to_link_officer' THEN
                CASE
                    WHEN policing_purpose IN ('absent', 'mitigated') THEN 'no_policing_purpose'
                    WHEN mh_related = 'no' THEN 'not_mental_health'
                    WHEN risk_evident = 'no' THEN 'no_clear_risk'
                    WHEN protocol = 'no' THEN 'outside_protocol'
                    WHEN scene_999 = 'yes' THEN 'in_place_of_999'
                END
        END AS why,
        CASE
            WHEN direction = 'link_officer_to_desk' THEN
                in_area = 'yes' AND mh_related = 'yes' AND (risk_evident = 'yes' OR consent = 'yes')
            WHEN direction = 'desk_to_link_officer' THEN
                policing_purpose = 'present' AND mh_related = 'yes' AND risk_evident = 'yes' AND protocol = 'yes'
                AND coalesce(scene_999, 'no') = 'no'
        END AS whole
    FROM asked
)
SELECT
    referral_id, log_id, person_id, asked_at, direction, accepted,
    CASE WHEN why IS NOT NULL THEN 'out' WHEN whole THEN 'in' ELSE 'unknown' END AS scope,
    why, delivery_id, source_row
FROM judged
