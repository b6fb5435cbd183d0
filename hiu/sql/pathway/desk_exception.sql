-- Rows of the desk that do not keep to the procedure, one row a rule and row; hiu/rules/desk.toml says what each code
-- asks. What a referral does not say of its scope its log says. A scope that is not recorded breaks no rule: an answer is
-- held against what is written. That an outcome or a record is missing is itself what the rule forbids.
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
        r.log_id, r.referral_id, r.person_id, r.asked_at AS at, r.delivery_id, r.source_row,
        r.direction, r.request, r.accepted, r.adviser_registered, r.record_made_at, r.record_opened_new,
        r.information_shared, r.sharing_rationale, r.protocol, r.scene_999,
        coalesce(r.mh_related, g.mh_related) AS mh_related,
        coalesce(r.policing_purpose, g.policing_purpose) AS policing_purpose,
        coalesce(r.risk_evident, g.risk_evident) AS risk_evident,
        coalesce(r.consent, g.consent) AS consent,
        g.area,
        a.word IS NOT NULL AS area_in_scope
    FROM referral AS r
    LEFT JOIN log AS g ON g.log_id = r.log_id
    LEFT JOIN area AS a ON a.word = g.area
),
to_desk AS (
    SELECT * FROM asked WHERE direction = 'link_officer_to_desk'
),
to_officer AS (
    SELECT * FROM asked WHERE direction = 'desk_to_link_officer' AND accepted = 'yes'
),
broken AS (
    SELECT 'desk_accepted_outside_area' AS code, referral_id, delivery_id, source_row
    FROM to_desk
    WHERE accepted = 'yes' AND area IS NOT NULL AND NOT area_in_scope
    UNION ALL
    SELECT 'desk_accepted_not_mental_health' AS code, referral_id, delivery_id, source_row
    FROM to_desk
    WHERE accepted = 'yes' AND mh_related = 'no'
    UNION ALL
    SELECT 'desk_accepted_without_need_or_consent' AS code, referral_id, delivery_id, source_row
    FROM to_desk
    WHERE accepted = 'yes' AND risk_evident = 'no' AND consent = 'no'
    UNION ALL
    SELECT 'desk_declined_in_scope' AS code, referral_id, delivery_id, source_row
    FROM to_desk
    WHERE accepted = 'no' AND mh_related = 'yes' AND area_in_scope AND (risk_evident = 'yes' OR consent = 'yes')
    UNION ALL
    SELECT 'officer_accepted_without_policing_purpose' AS code, referral_id, delivery_id, source_row
    FROM to_officer
    WHERE policing_purpose = 'absent'
    UNION ALL
    SELECT 'officer_accepted_not_mental_health' AS code, referral_id, delivery_id, source_row
    FROM to_officer
    WHERE mh_related = 'no'
    UNION ALL
    SELECT 'officer_accepted_without_risk' AS code, referral_id, delivery_id, source_row
    FROM to_officer
    WHERE risk_evident = 'no'
    UNION ALL
    SELECT 'officer_shared_outside_protocol' AS code, referral_id, delivery_id, source_row
    FROM to_officer
    WHERE protocol = 'no'
    UNION ALL
    SELECT 'officer_in_place_of_999' AS code, referral_id, delivery_id, source_row
    FROM to_officer
    WHERE scene_999 = 'yes'
    UNION ALL
    SELECT 'accepted_without_record' AS code, referral_id, delivery_id, source_row
    FROM asked
    WHERE accepted = 'yes' AND record_made_at IS NULL
    UNION ALL
    SELECT 'record_without_what_was_shared' AS code, referral_id, delivery_id, source_row
    FROM asked
    WHERE accepted = 'yes' AND record_made_at IS NOT NULL AND information_shared = 'not recorded'
    UNION ALL
    SELECT 'record_without_reason_for_sharing' AS code, referral_id, delivery_id, source_row
    FROM asked
    WHERE accepted = 'yes' AND record_made_at IS NOT NULL AND sharing_rationale = 'not recorded'
    UNION ALL
    SELECT 'declined_with_new_record' AS code, referral_id, delivery_id, source_row
    FROM asked
    WHERE accepted = 'no' AND record_opened_new = 'yes'
    UNION ALL
    SELECT 's136_advice_by_unregistered' AS code, referral_id, delivery_id, source_row
    FROM asked
    WHERE request = 's136_advice' AND adviser_registered = 'no' AND coalesce(accepted, '') <> 'no'
)
SELECT b.code, 'referral' AS "table", a.log_id, a.referral_id, a.person_id, a.at, a.delivery_id, a.source_row
FROM broken AS b
JOIN asked AS a ON a.delivery_id = b.delivery_id AND a.source_row = b.source_row
UNION ALL
SELECT
    'closed_without_outcome' AS code, 'desk_log' AS "table", log_id, CAST(NULL AS VARCHAR) AS referral_id, person_id,
    opened_at AS at, delivery_id, source_row
FROM desk_log
WHERE closed_at IS NOT NULL AND coalesce(outcome, '') <> 'recorded'
UNION ALL
SELECT
    'closed_without_rationale' AS code, 'desk_log' AS "table", log_id, CAST(NULL AS VARCHAR) AS referral_id, person_id,
    opened_at AS at, delivery_id, source_row
FROM desk_log
WHERE closed_at IS NOT NULL AND rationale_recorded = 'not recorded'
