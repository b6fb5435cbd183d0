-- Rows of a delivery whose key another delivery in force of the source has too, beside that one's rows. Those of the
-- year to date from their first month on are left out: a later delivery of it replaces them whole.
-- Parameters: delivery_id.
SELECT
    a.record_id,
    d.source_file,
    a.start, a.name_text, a.given, a.family, a.dob, a.nhs_number, a.local_ids,
    b.start AS start_before,
    b.name_text AS name_text_before,
    b.given AS given_before,
    b.family AS family_before,
    b.dob AS dob_before,
    b.nhs_number AS nhs_number_before,
    b.local_ids AS local_ids_before
FROM record AS a
JOIN deliveries AS own ON own.delivery_id = a.delivery_id
JOIN record AS b ON b.source = a.source AND b.record_id = a.record_id AND b.delivery_id <> a.delivery_id
JOIN deliveries AS d ON d.delivery_id = b.delivery_id
WHERE a.delivery_id = $delivery_id AND d.replaced_by IS NULL
    AND NOT a.quarantined AND NOT b.quarantined AND NOT a.deleted AND NOT b.deleted
    AND (coalesce(own.covers, '') <> 'cumulative' OR b.start < own.covers_from)
