-- Rows of the desk that do not keep to the procedure, one row a rule and row; hiu/rules/desk.toml says what each code
-- asks. A rule is broken where that is shown: what is not recorded breaks none, but the two rules that something be there.
-- That a referral was declined, whatever its scope, breaks no rule. A record that was opened new is there without its time.
SELECT
    'accepted_out_of_scope' AS code, 'referral' AS "table", log_id, referral_id, person_id, asked_at AS at, why,
    delivery_id, source_row
FROM desk_scope
WHERE accepted = 'yes' AND scope = 'out'
UNION ALL
SELECT
    'accepted_without_record' AS code, 'referral' AS "table", log_id, referral_id, person_id, asked_at AS at,
    CAST(NULL AS VARCHAR) AS why, delivery_id, source_row
FROM referral
WHERE accepted = 'yes' AND record_made_at IS NULL AND coalesce(record_opened_new, 'no') = 'no'
UNION ALL
SELECT
    'shared_without_rationale' AS code, 'referral' AS "table", log_id, referral_id, person_id, asked_at AS at,
    CAST(NULL AS VARCHAR) AS why, delivery_id, source_row
FROM referral
WHERE accepted = 'yes' AND information_shared = 'recorded' AND sharing_rationale = 'not recorded'
UNION ALL
SELECT
    'declined_record_opened' AS code, 'referral' AS "table", log_id, referral_id, person_id, asked_at AS at,
    CAST(NULL AS VARCHAR) AS why, delivery_id, source_row
FROM referral
WHERE accepted = 'no' AND record_opened_new = 'yes'
UNION ALL
SELECT
    's136_advice_unregistered' AS code, 'referral' AS "table", log_id, referral_id, person_id, asked_at AS at,
    CAST(NULL AS VARCHAR) AS why, delivery_id, source_row
FROM referral
WHERE request = 's136_advice' AND adviser_registered = 'no' AND coalesce(accepted, '') <> 'no'
UNION ALL
SELECT
    'closed_without_outcome' AS code, 'desk_log' AS "table", log_id, CAST(NULL AS VARCHAR) AS referral_id, person_id,
    opened_at AS at, CAST(NULL AS VARCHAR) AS why, delivery_id, source_row
FROM desk_log
WHERE closed_at IS NOT NULL AND coalesce(outcome, '') <> 'recorded'
UNION ALL
SELECT
    'closed_without_rationale' AS code, 'desk_log' AS "table", log_id, CAST(NULL AS VARCHAR) AS referral_id, person_id,
    opened_at AS at, CAST(NULL AS VARCHAR) AS why, delivery_id, source_row
FROM desk_log
WHERE closed_at IS NOT NULL AND rationale_recorded = 'not recorded'
