-- Ward stays that hold, under the name of their site: the ward that the row names, else the provider. Two spellings of
-- one name that differ in capitals, signs or spaces are one site, which is shown as it is written most often.
WITH named AS (
    SELECT
        s.person_id, s.first_night, s.day_out, s.ended = 'sent' AS end_sent, s.leave_start, s.leave_end, s.delivery_id, s.source_row,
        trim(coalesce(
            nullif(split_part(split_part(coalesce(r.details, ''), '"ward":"', 2), '"', 1), ''),
            nullif(split_part(split_part(coalesce(r.details, ''), '"provider":"', 2), '"', 1), '')
        )) AS spelt
    FROM stay AS s
    JOIN record AS r ON r.delivery_id = s.delivery_id AND r.source_row = s.source_row
    WHERE s.first_night < s.day_out
),
keyed AS (
    SELECT *, trim(regexp_replace(lower(spelt), '[^a-z0-9]+', ' ', 'g')) AS site_key
    FROM named
    WHERE spelt IS NOT NULL
),
spelling AS (
    SELECT site_key, spelt
    FROM keyed
    GROUP BY site_key, spelt
    QUALIFY row_number() OVER (PARTITION BY site_key ORDER BY count(*) DESC, spelt) = 1
)
SELECT
    k.person_id, s.spelt AS site, k.site_key, k.first_night, k.day_out, k.end_sent, k.leave_start, k.leave_end,
    k.delivery_id, k.source_row
FROM keyed AS k
JOIN spelling AS s ON s.site_key = k.site_key
