-- What became of each row. Of the rows with one key the highest version holds, then the later delivery; in one
-- delivery the later row of the same person (one key can hold two patients, who both count). Of a stay sent twice in
-- one delivery the row that says more of its end holds, wherever it stands: an end, else its spell's discharge.
-- Of an event whose rows stand in one delivery with several starts, as the legs of a call do, the first start holds.
-- Nor does a later delivery's row that has lost whom it is about: the last that says so, or takes the key back, holds.
-- A row set aside never supersedes one that was sound. Rows that a later delivery of the year to date covers are
-- superseded by it, whether it sends them again or not.
-- Most keys are seen once, and their row holds; only the rows of a key seen again are held against each other.
WITH again AS (
    SELECT
        r.source,
        coalesce(r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR)) AS record_key
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    WHERE c.in_force AND NOT r.quarantined AND (c.replaced_from IS NULL OR r.start < c.replaced_from)
    GROUP BY r.source, coalesce(r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR))
    HAVING count(*) > 1
),
stay_source AS (
    SELECT DISTINCT source FROM counting WHERE unit <> 'event'
),
rival AS (
    SELECT
        r.delivery_id,
        r.source_row,
        r.source,
        a.record_key,
        coalesce(r.version, '') || chr(31) || lpad(CAST(c.sequence AS VARCHAR), 9, '0') AS turn,
        r.deleted,
        r.given IS NOT NULL OR r.family IS NOT NULL OR r.nhs_number IS NOT NULL
        OR r.local_ids IS NOT NULL AS says_who,
        CASE WHEN n.source IS NULL THEN r.start END AS begun,
        coalesce(r.start_day_only, FALSE) AS day_only,
        CASE
            WHEN n.source IS NULL THEN 0
            WHEN r."end" IS NOT NULL THEN 2
            WHEN r.spell_end IS NOT NULL THEN 1
            ELSE 0
        END AS closed
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    JOIN again AS a
        ON a.source = r.source
        AND a.record_key = coalesce(r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR))
    LEFT JOIN stay_source AS n ON n.source = r.source
    WHERE c.in_force AND NOT r.quarantined AND (c.replaced_from IS NULL OR r.start < c.replaced_from)
),
turned AS (
    SELECT
        v.delivery_id, v.source_row, v.source, v.record_key, v.deleted, v.closed, v.begun, v.day_only,
        coalesce(p.person_id, i.identity_id) AS person,
        v.turn <> CASE
            WHEN bool_or(v.says_who) OVER (PARTITION BY v.source, v.record_key)
                THEN max(CASE WHEN v.says_who OR v.deleted THEN v.turn END) OVER (PARTITION BY v.source, v.record_key)
            ELSE max(v.turn) OVER (PARTITION BY v.source, v.record_key)
        END AS outdone
    FROM rival AS v
    JOIN record_identity AS i ON i.delivery_id = v.delivery_id AND i.source_row = v.source_row
    LEFT JOIN cluster AS p ON p.identity_id = i.identity_id
),
faced AS (
    SELECT
        delivery_id, source_row, source, record_key, deleted, person, outdone, closed, begun, day_only,
        max(source_row) OVER (PARTITION BY source, record_key, outdone, person) AS last_of_person,
        max(CASE WHEN deleted THEN source_row END) OVER (PARTITION BY source, record_key, outdone) AS last_delete
    FROM turned
),
-- what a deletion took says nothing any more, also not of an end
standing AS (
    SELECT
        delivery_id, source_row, outdone, deleted, last_of_person, last_delete,
        -- a time goes before a day without one
        min(CASE WHEN NOT day_only AND NOT deleted AND source_row > coalesce(last_delete, 0) THEN begun END)
            OVER (PARTITION BY source, record_key, outdone, person) AS first_time,
        min(CASE WHEN NOT deleted AND source_row > coalesce(last_delete, 0) THEN begun END)
            OVER (PARTITION BY source, record_key, outdone, person) AS first_day,
        row_number() OVER (
            PARTITION BY source, record_key, outdone, person
            ORDER BY
                CASE WHEN deleted OR source_row < last_delete THEN 1 ELSE 0 END, closed DESC, source_row DESC
        ) AS place
    FROM faced
),
superseded AS (
    SELECT delivery_id, source_row
    FROM standing
    WHERE outdone OR source_row < last_delete
        OR (deleted AND source_row < last_of_person)
        OR (NOT deleted AND place > 1)
),
first_start AS (
    SELECT delivery_id, source_row, coalesce(first_time, first_day) AS start, first_time IS NOT NULL AS timed
    FROM standing
    WHERE NOT outdone AND NOT deleted AND first_day IS NOT NULL
)
SELECT
    r.delivery_id,
    r.source_row,
    r.source,
    coalesce(r.event_id, r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR)) AS event_id,
    r.duplicate_of,
    r.related,
    coalesce(f.start, r.start) AS start,
    CASE WHEN f.timed THEN FALSE ELSE coalesce(r.start_day_only, FALSE) END AS start_day_only,
    r.measures,
    i.identity_id,
    p.person_id,
    p.match_weight,
    p.match_probability,
    p.how,
    r.nobody AND coalesce(p.how, '') <> 'event' AS nobody,
    CASE
        WHEN r.quarantined THEN 'quarantined'
        WHEN NOT c.in_force OR s.delivery_id IS NOT NULL OR r.start >= c.replaced_from THEN 'superseded'
        WHEN r.deleted THEN 'deleted'
        ELSE 'live'
    END AS state
FROM record AS r
JOIN current AS c ON c.delivery_id = r.delivery_id
JOIN record_identity AS i ON i.delivery_id = r.delivery_id AND i.source_row = r.source_row
LEFT JOIN superseded AS s ON s.delivery_id = r.delivery_id AND s.source_row = r.source_row
LEFT JOIN first_start AS f
    ON f.delivery_id = r.delivery_id AND f.source_row = r.source_row AND s.delivery_id IS NULL
LEFT JOIN cluster AS p ON p.identity_id = i.identity_id
