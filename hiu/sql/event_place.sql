-- The areas of each contact by the crosswalk, as at the day of the contact. Of a value that was sent the most precise key
-- that the crosswalk has on that day counts; what its row leaves empty is filled from the row of the borough it names.
-- The first field of which an area is known counts. Where its values are not all in one area, none is taken.
WITH tried AS (
    SELECT
        k.person_id, k.source, k.event_id, k.area, k.field, k.sent, k.turn, k.kind,
        p.key IS NOT NULL AS there,
        p.key IS NOT NULL
            AND CAST(k.start AS DATE) >= coalesce(p.valid_from, DATE '0001-01-01')
            AND CAST(k.start AS DATE) <= coalesce(p.valid_to, DATE '9999-12-31') AS holds,
        p.borough,
        coalesce(p.command_unit, b.command_unit) AS command_unit,
        coalesce(p.trust, b.trust) AS trust,
        coalesce(p.partnership, b.partnership) AS partnership,
        coalesce(p.icb, b.icb) AS icb,
        coalesce(p.police_force, b.police_force) AS police_force,
        coalesce(p.ambulance_trust, b.ambulance_trust) AS ambulance_trust
    FROM event_key AS k
    LEFT JOIN place AS p ON p.kind = k.kind AND p.key = k.key
    LEFT JOIN place AS b
        ON b.kind = 'area' AND b.key = p.borough_key AND b.borough_key = p.borough_key
        AND CAST(k.start AS DATE) >= coalesce(b.valid_from, DATE '0001-01-01')
        AND CAST(k.start AS DATE) <= coalesce(b.valid_to, DATE '9999-12-31')
    WHERE k.key IS NOT NULL
),
ordered AS (
    SELECT
        person_id, source, event_id, area, field, sent, kind, there, holds,
        borough, command_unit, trust, partnership, icb, police_force, ambulance_trust,
        row_number() OVER (
            PARTITION BY person_id, source, event_id, area, field, sent
            ORDER BY CASE WHEN holds THEN 0 ELSE 1 END, CASE WHEN there THEN 0 ELSE 1 END, turn
        ) AS place
    FROM tried
),
-- what each value that was sent says
said AS (
    SELECT
        person_id, source, event_id, area, field, kind, there, holds,
        borough, command_unit, trust, partnership, icb, police_force, ambulance_trust,
        concat_ws(
            '|', coalesce(borough, ''), coalesce(command_unit, ''), coalesce(trust, ''), coalesce(partnership, ''),
            coalesce(icb, ''), coalesce(police_force, ''), coalesce(ambulance_trust, '')
        ) AS whole
    FROM ordered
    WHERE place = 1
),
of_field AS (
    SELECT
        person_id, source, event_id, area, field,
        bool_or(holds) AS known,
        bool_or(there) AS there,
        bool_and(holds) AND min(whole) = max(whole) AS one,
        min(CASE WHEN holds THEN kind END) AS kind,
        min(CASE WHEN holds THEN borough END) AS borough,
        min(CASE WHEN holds THEN command_unit END) AS command_unit,
        min(CASE WHEN holds THEN trust END) AS trust,
        min(CASE WHEN holds THEN partnership END) AS partnership,
        min(CASE WHEN holds THEN icb END) AS icb,
        min(CASE WHEN holds THEN police_force END) AS police_force,
        min(CASE WHEN holds THEN ambulance_trust END) AS ambulance_trust
    FROM said
    GROUP BY person_id, source, event_id, area, field
),
chosen AS (
    SELECT
        person_id, source, event_id, area, known, one, kind,
        borough, command_unit, trust, partnership, icb, police_force, ambulance_trust,
        bool_or(there) OVER (PARTITION BY person_id, source, event_id, area) AS there,
        row_number() OVER (
            PARTITION BY person_id, source, event_id, area ORDER BY CASE WHEN known THEN 0 ELSE 1 END, field
        ) AS place
    FROM of_field
),
contact AS (
    SELECT DISTINCT person_id, start, source, event_id, agency, contacts, mental_health, area FROM event_key
)
SELECT
    c.person_id,
    c.start,
    c.source,
    c.event_id,
    c.agency,
    c.contacts,
    c.mental_health,
    c.area,
    CASE WHEN t.one THEN t.kind END AS known_by,
    CASE
        WHEN t.one THEN NULL
        WHEN t.known THEN 'several'
        WHEN t.there THEN 'not_on_that_day'
        WHEN t.person_id IS NOT NULL THEN 'not_in_crosswalk'
        ELSE 'not_sent'
    END AS not_known,
    CASE WHEN t.one THEN t.borough END AS borough,
    CASE WHEN t.one THEN t.command_unit END AS command_unit,
    CASE WHEN t.one THEN t.trust END AS trust,
    CASE WHEN t.one THEN t.partnership END AS partnership,
    CASE WHEN t.one THEN t.icb END AS icb,
    CASE WHEN t.one THEN t.police_force END AS police_force,
    CASE WHEN t.one THEN t.ambulance_trust END AS ambulance_trust
FROM contact AS c
LEFT JOIN chosen AS t
    ON t.person_id = c.person_id AND t.source = c.source AND t.event_id = c.event_id AND t.area = c.area AND t.place = 1
