-- The identity of each row: a digest of how it describes the person.
-- A row that names nobody, or gives a name and nothing else, is an identity of its own: its key is part of the digest,
-- so two John Smiths are never lumped, and a resend of the row is the same identity. So is a row with neither a name
-- nor a number: in any area many people share a birth, and only a whole postcode or address beside it says more.
WITH described AS (
    SELECT
        r.delivery_id,
        r.source_row,
        r.nobody OR NOT (
            r.nhs_number IS NOT NULL
            OR r.local_ids IS NOT NULL
            OR CASE
                WHEN r.given IS NULL AND r.family IS NULL THEN r.dob IS NOT NULL
                    AND ((r.street IS NOT NULL AND r.house IS NOT NULL) OR coalesce(r.postcode, '') LIKE '% %')
                ELSE r.dob IS NOT NULL
                    OR (r.street IS NOT NULL AND r.house IS NOT NULL)
                    OR coalesce(length(r.postcode), 0) > 4
            END
        ) AS alone,
        r.source || '|' || coalesce(r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR)) AS record_key,
        coalesce(r.name_text, '') || chr(31) || coalesce(r.given, '') || chr(31)
        || coalesce(r.middle, '') || chr(31) || coalesce(r.family, '') || chr(31) || coalesce(r.aliases, '') || chr(31)
        || coalesce(CAST(r.dob AS VARCHAR), '') || chr(31) || coalesce(CAST(r.birth_year AS VARCHAR), '') || chr(31)
        || coalesce(r.sex, '') || chr(31) || coalesce(r.nhs_number, '') || chr(31)
        || coalesce(r.postcode, '') || chr(31) || coalesce(r.house, '') || chr(31)
        || coalesce(r.street, '') || chr(31) || coalesce(r.local_ids, '') AS described
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
)
SELECT
    delivery_id,
    source_row,
    substr(md5(CASE WHEN alone THEN record_key || chr(31) || described ELSE described END), 1, 16) AS identity_id
FROM described
