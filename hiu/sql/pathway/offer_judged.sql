-- Each contact of a service that offers something short of detention once, by the row of its number that was sent last.
-- What was taken was offered, and a power that was used was considered, also where that cell is empty. Beside a recorded
-- no both are contradictions: neither cell is believed, and the row is in no rate. What is not recorded is not known, and
-- never a no. Nothing says what an offer avoided.
WITH once AS (
    SELECT
        o.*,
        coalesce(o.offered = 'no' AND o.taken = 'yes', FALSE) AS taken_not_offered,
        coalesce(o.s136_considered = 'no' AND o.s136_used = 'yes', FALSE) AS used_not_considered
    FROM offer AS o
    LEFT JOIN current AS c ON c.delivery_id = o.delivery_id
    WHERE o.offer_id IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY o.offer_id ORDER BY o.nobody, c.sequence DESC NULLS LAST, o.source_row DESC
    ) = 1
),
judged AS (
    SELECT
        o.*,
        CASE
            WHEN o.taken_not_offered THEN 'unknown'
            WHEN o.taken = 'yes' THEN 'yes'
            ELSE coalesce(o.offered, 'unknown')
        END AS was_offered,
        CASE
            WHEN o.used_not_considered THEN 'unknown'
            WHEN o.s136_used = 'yes' THEN 'yes'
            ELSE coalesce(o.s136_considered, 'unknown')
        END AS considered
    FROM once AS o
)
SELECT
    j.offer_id, j.person_id, j.nobody, j.at, j.service,
    j.was_offered AS offered,
    CASE WHEN j.was_offered = 'yes' THEN coalesce(j.taken, 'unknown') END AS taken_up,
    j.considered,
    CASE WHEN j.considered = 'yes' THEN coalesce(j.s136_used, 'unknown') END AS used,
    j.onward_referral,
    CASE WHEN j.time_at_scene_min >= 0 THEN j.time_at_scene_min END AS minutes,
    j.taken_not_offered,
    j.used_not_considered,
    j.delivery_id, j.source_row
FROM judged AS j
