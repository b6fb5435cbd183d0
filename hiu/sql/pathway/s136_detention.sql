-- One row a detention. Rows of one number are one; so are those of one person that give one time of detention, under
-- whatever numbers: a transfer is no new detention. The first arrival starts the clock, or the detention of somebody who
-- was there already and is kept (section 136(2A)(a)); police are there until they last leave; of what rows say
-- differently the first that says it holds, of outcome and place the last. A detention is open until its end or an
-- outcome is written; the clock of an open one runs to the month's end. A detention at midnight may be a day without a
-- time, and joins no other by it. Parameter: month_after (the day after the month).
WITH same AS (
    SELECT a.detention_id, min(b.detention_id) AS root
    FROM s136_pathway AS a
    JOIN s136_pathway AS b ON b.person_id = a.person_id AND b.detained_at = a.detained_at
    WHERE NOT a.nobody AND NOT b.nobody AND a.detained_at <> date_trunc('day', a.detained_at)
    GROUP BY a.detention_id
),
placed AS (
    SELECT
        coalesce(s.root, p.detention_id) AS root, p.*,
        row_number() OVER (
            PARTITION BY coalesce(s.root, p.detention_id)
            ORDER BY p.arrived_at NULLS LAST, p.detained_at NULLS LAST, p.delivery_id, p.source_row
        ) AS place_no
    FROM s136_pathway AS p
    LEFT JOIN same AS s ON s.detention_id = p.detention_id
    WHERE p.detention_id IS NOT NULL
),
joined AS (
    SELECT
        p.root AS detention_id,
        coalesce(arg_min(CASE WHEN NOT p.nobody THEN p.person_id END, p.place_no), min(p.person_id)) AS person_id,
        bool_and(p.nobody) AS nobody,
        count(*) AS "rows",
        min(p.detained_at) AS detained_at,
        arg_min(p.consulted, p.place_no) AS consulted,
        arg_min(p.consulted_role, p.place_no) AS consulted_role,
        arg_min(p.conveyance, p.place_no) AS conveyance,
        arg_min(p.police_conveyance_reason, p.place_no) AS police_conveyance_reason,
        arg_min(p.first_place, p.place_no) AS first_place,
        min(p.arrived_at) AS arrived_at,
        min(p.accepted_at) AS accepted_at,
        max(p.police_released_at) AS police_released_at,
        min(p.medically_cleared_at) AS medically_cleared_at,
        greatest(max(p.transfers), CASE WHEN count(DISTINCT p.place) > 1 THEN count(DISTINCT p.place) - 1 END) AS transfers,
        min(p.assessed_at) AS assessed_at,
        max(p.extended) AS extended,
        min(p.extension_at) AS extension_at,
        max(p.ended_at) AS ended_at,
        min(p.bed_requested_at) AS bed_requested_at,
        min(p.bed_found_at) AS bed_found_at,
        arg_max(p.outcome, p.place_no) AS outcome,
        coalesce(bool_or(p.outcome_recorded = 'recorded'), FALSE) AS has_outcome,
        arg_max(p.place, p.place_no) AS place,
        arg_min(p.force_area, p.place_no) AS force_area,
        arg_min(p.age, p.place_no) AS age,
        arg_min(p.recorded_sex, p.place_no) AS recorded_sex,
        arg_min(p.ethnicity, p.place_no) AS ethnicity,
        arg_min(p.police_log, p.place_no) AS police_log,
        min(CASE WHEN p.place_no = 1 THEN p.delivery_id END) AS delivery_id,
        min(CASE WHEN p.place_no = 1 THEN p.source_row END) AS source_row
    FROM placed AS p
    GROUP BY p.root
)
SELECT
    detention_id, person_id, nobody, "rows",
    coalesce(detained_at, arrived_at, accepted_at, police_released_at, assessed_at, ended_at) AS at,
    detained_at, consulted, consulted_role, conveyance, police_conveyance_reason, first_place, arrived_at, accepted_at,
    police_released_at, medically_cleared_at, transfers, assessed_at, extended, extension_at, ended_at,
    ended_at IS NOT NULL OR has_outcome AS ended,
    CASE WHEN arrived_at IS NOT NULL THEN greatest(arrived_at, detained_at) END AS clock_from,
    CASE
        WHEN ended_at IS NOT NULL THEN ended_at
        WHEN NOT has_outcome THEN greatest(CAST($month_after AS TIMESTAMP), arrived_at, detained_at)
    END AS clock_to,
    bed_requested_at, bed_found_at, outcome, place, force_area, age, recorded_sex, ethnicity,
    police_log, delivery_id, source_row
FROM joined
