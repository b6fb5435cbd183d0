-- Occupied bed days: the nights of each person in a bed of each site, by month. A night of two stays at one site is one;
-- a night of leave is none.
WITH day AS (
    SELECT CAST(unnest(string_split('0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30', '|')) AS INTEGER) AS number
),
night AS (
    SELECT DISTINCT c.month, CAST(c.month + d.number * INTERVAL '1' DAY AS DATE) AS at
    FROM calendar AS c
    CROSS JOIN day AS d
    WHERE c.month + d.number * INTERVAL '1' DAY < c.month + INTERVAL '1' MONTH
)
SELECT b.site, n.month, b.person_id, count(DISTINCT n.at) AS nights
FROM bed_site AS b
JOIN night AS n ON n.at >= b.first_night AND n.at < b.day_out
WHERE b.leave_start IS NULL OR n.at < b.leave_start OR n.at >= coalesce(b.leave_end, b.day_out)
GROUP BY b.site, n.month, b.person_id
