-- What became of each row. Of the rows with one key the highest version holds, then the later delivery; in one
-- delivery the later row of the same person (one key can hold two patients, who both count).
-- A row set aside never supersedes one that was sound.
WITH sent AS (
    SELECT
        r.delivery_id,
        r.source_row,
        r.source,
        coalesce(r.record_id, r.delivery_id || '|' || CAST(r.source_row AS VARCHAR)) AS record_key,
        coalesce(r.version, '') || chr(31) || lpad(CAST(c.sequence AS VARCHAR), 9, '0') AS turn,
        r.deleted,
        i.identity_id,
        CASE WHEN r.quarantined THEN 'quarantined' WHEN NOT c.in_force THEN 'superseded' ELSE 'eligible' END AS state
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    JOIN record_identity AS i ON i.delivery_id = r.delivery_id AND i.source_row = r.source_row
),
best AS (
    SELECT source, record_key, max(turn) AS turn, count(*) AS times
    FROM sent
    WHERE state = 'eligible'
    GROUP BY source, record_key
),
tied AS (
    SELECT
        s.delivery_id, s.source_row, s.source, s.record_key, s.deleted,
        coalesce(p.person_id, s.identity_id) AS person
    FROM sent AS s
    JOIN best AS b ON b.source = s.source AND b.record_key = s.record_key AND b.turn = s.turn
    LEFT JOIN cluster AS p ON p.identity_id = s.identity_id
    WHERE s.state = 'eligible' AND b.times > 1
),
last_delete AS (
    SELECT source, record_key, max(source_row) AS source_row
    FROM tied
    WHERE deleted
    GROUP BY source, record_key
),
last_of_person AS (
    SELECT source, record_key, person, max(source_row) AS source_row
    FROM tied
    GROUP BY source, record_key, person
),
overtaken AS (
    SELECT t.delivery_id, t.source_row
    FROM tied AS t
    JOIN last_of_person AS p ON p.source = t.source AND p.record_key = t.record_key AND p.person = t.person
    LEFT JOIN last_delete AS d ON d.source = t.source AND d.record_key = t.record_key
    WHERE t.source_row < p.source_row OR t.source_row < coalesce(d.source_row, 0)
),
judged AS (
    SELECT
        s.delivery_id,
        s.source_row,
        s.identity_id,
        s.record_key,
        CASE
            WHEN s.state <> 'eligible' THEN s.state
            WHEN s.turn < b.turn OR o.delivery_id IS NOT NULL THEN 'superseded'
            WHEN s.deleted THEN 'deleted'
            ELSE 'live'
        END AS state
    FROM sent AS s
    LEFT JOIN best AS b ON b.source = s.source AND b.record_key = s.record_key
    LEFT JOIN overtaken AS o ON o.delivery_id = s.delivery_id AND o.source_row = s.source_row
)
SELECT
    j.delivery_id,
    j.source_row,
    r.source,
    coalesce(r.event_id, j.record_key) AS event_id,
    r.duplicate_of,
    r.related,
    r.start,
    r.measures,
    j.identity_id,
    p.person_id,
    r.nobody,
    j.state
FROM judged AS j
JOIN record AS r ON r.delivery_id = j.delivery_id AND r.source_row = j.source_row
LEFT JOIN cluster AS p ON p.identity_id = j.identity_id
