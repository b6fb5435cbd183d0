-- Addresses with many ambulance calls in a month: never a person, never evidence. Parameters: month_after,
-- communal_calls.
WITH calls AS (
    SELECT
        coalesce(r.house || ' ', '') || r.street || coalesce(', ' || r.postcode, '') AS address,
        CAST(date_trunc('month', l.start) AS DATE) AS month,
        l.event_id,
        l.person_id,
        r.n
    FROM latest AS l
    JOIN record AS r ON r.delivery_id = l.delivery_id AND r.source_row = l.source_row
    WHERE l.state = 'live' AND list_contains(l.measures, 'ambulance_call') AND r.street IS NOT NULL
        AND l.start < $month_after
)
SELECT
    address,
    month,
    count(DISTINCT CASE WHEN c.n IS NULL THEN event_id END) + CAST(coalesce(sum(c.n), 0) AS BIGINT) AS calls,
    count(DISTINCT person_id) AS people
FROM calls AS c
GROUP BY address, month
HAVING count(DISTINCT CASE WHEN c.n IS NULL THEN event_id END) + coalesce(sum(c.n), 0) >= $communal_calls
