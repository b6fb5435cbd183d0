-- The areas of each contact as they may be shown. Of each of the three areas of contacts apart: what $fewest people share
-- is shown whole; of the others the board, the force and the ambulance service, where $fewest of them share these.
WITH known AS (
    SELECT
        e.person_id, e.source, e.event_id, e.area,
        e.borough, e.command_unit, e.trust, e.partnership, e.icb, e.police_force, e.ambulance_trust,
        concat(
            coalesce(e.borough, '-'), '|', coalesce(e.command_unit, '-'), '|', coalesce(e.trust, '-'), '|',
            coalesce(e.partnership, '-'), '|', coalesce(e.icb, '-'), '|', coalesce(e.police_force, '-'), '|',
            coalesce(e.ambulance_trust, '-')
        ) AS whole,
        concat(
            '*|', coalesce(e.icb, '-'), '|', coalesce(e.police_force, '-'), '|', coalesce(e.ambulance_trust, '-')
        ) AS wide
    FROM event_place AS e
    JOIN mart_member AS m ON m.person_id = e.person_id
    WHERE e.known_by IS NOT NULL
),
of_whole AS (
    SELECT area, whole FROM known GROUP BY area, whole HAVING count(DISTINCT person_id) >= $fewest
),
of_wide AS (
    SELECT k.area, k.wide
    FROM known AS k
    LEFT JOIN of_whole AS w ON w.area = k.area AND w.whole = k.whole
    WHERE w.area IS NULL
    GROUP BY k.area, k.wide
    HAVING count(DISTINCT k.person_id) >= $fewest
),
shown AS (
    SELECT
        k.person_id, k.source, k.event_id, k.area,
        CASE WHEN w.area IS NOT NULL THEN 'all' WHEN v.area IS NOT NULL THEN 'wide' ELSE 'not shown' END AS place_detail,
        k.whole, k.wide, k.borough, k.command_unit, k.trust, k.partnership, k.icb, k.police_force, k.ambulance_trust
    FROM known AS k
    LEFT JOIN of_whole AS w ON w.area = k.area AND w.whole = k.whole
    LEFT JOIN of_wide AS v ON v.area = k.area AND v.wide = k.wide
)
SELECT
    person_id, source, event_id, area,
    md5(CASE place_detail WHEN 'all' THEN whole WHEN 'wide' THEN wide ELSE 'not shown' END) AS place_key,
    place_detail,
    CASE place_detail WHEN 'all' THEN borough END AS borough,
    CASE place_detail WHEN 'all' THEN command_unit END AS command_unit,
    CASE place_detail WHEN 'all' THEN trust END AS trust,
    CASE place_detail WHEN 'all' THEN partnership END AS partnership,
    CASE WHEN place_detail <> 'not shown' THEN icb END AS icb,
    CASE WHEN place_detail <> 'not shown' THEN police_force END AS police_force,
    CASE WHEN place_detail <> 'not shown' THEN ambulance_trust END AS ambulance_trust
FROM shown
