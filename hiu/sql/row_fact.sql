-- What each row of a register in force states of a person, last of each kind, and what meetings recorded; of these, what
-- stands against each other. Parameter: month_after.
-- In one row the latest date holds, and of one day (or of none) the more restrictive word. Between rows, a dated fact gives
-- way to a later one only, and an undated one to what a meeting recorded: so the order of rows decides nothing.
-- A row whose support had ended when another row's began is an earlier spell, and states nothing of the present one.
-- A gate that a meeting recorded without its day settles what has no date either.
WITH live AS (
    SELECT
        l.person_id, l.source, f.delivery_id, f.source_row, f.fact, f.at, f.value, f.position,
        max(CASE WHEN f.fact = 'start' AND f.at < $month_after THEN f.at END)
            OVER (PARTITION BY f.delivery_id, f.source_row) AS began,
        max(CASE WHEN f.fact = 'end' AND f.at < $month_after THEN f.at END)
            OVER (PARTITION BY f.delivery_id, f.source_row) AS ended
    FROM fact AS f
    JOIN latest AS l ON l.delivery_id = f.delivery_id AND l.source_row = f.source_row
    WHERE l.state = 'live' AND l.person_id IS NOT NULL
        AND (f.at IS NULL OR f.at < $month_after OR f.fact = 'plan_review')
),
placed AS (
    SELECT *, max(began) OVER (PARTITION BY person_id) AS last_began
    FROM live
),
stated AS (
    SELECT
        person_id, source, delivery_id || '|' || CAST(source_row AS VARCHAR) AS place, fact, at, value, position, 0 AS met,
        source || ', row ' || CAST(source_row AS VARCHAR) AS evidence,
        coalesce(began < last_began AND ended <= last_began, FALSE) AS former,
        CASE WHEN lower(value) IN ('refused', 'no', 'withdrawn', 'not granted', 'lacks capacity', 'review needed') THEN 1 ELSE 0 END AS strict
    FROM placed
    UNION ALL
    SELECT
        person_id, 'meeting' AS source, 'meeting' AS place, fact, at, value, position, 1 AS met, evidence,
        FALSE AS former, 0 AS strict
    FROM meeting_fact
    WHERE fact <> 'grading'
),
own AS (
    SELECT *
    FROM stated
    QUALIFY row_number() OVER (
        PARTITION BY person_id, fact, place ORDER BY at DESC NULLS LAST, strict DESC, position DESC
    ) = 1
),
dated AS (
    SELECT
        *,
        max(CASE WHEN NOT former THEN at END) OVER (PARTITION BY person_id, fact) AS newest,
        max(CASE WHEN met = 1 THEN at END) OVER (PARTITION BY person_id, fact) AS settled
    FROM own
)
SELECT
    person_id, source, place, fact, at, value, strict,
    met = 1 AS met,
    evidence,
    CASE
        WHEN former AND newest IS NOT NULL THEN FALSE
        -- what opened the gates of support that has ended opens none of the present one's; a no stays a no
        WHEN former AND strict = 0 AND fact IN ('consent', 'permission', 'capacity') THEN FALSE
        WHEN newest = settled THEN met = 1 AND at = newest
        WHEN at IS NULL THEN settled IS NULL AND NOT former
        WHEN former THEN TRUE
        ELSE at = newest
    END AS stands
FROM dated
