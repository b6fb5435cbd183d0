-- Each detention against its limit, one minute over being over. A time in an hour that the clock change repeats or leaves
-- out can be two moments: the fewest and the most minutes of a leg are those of all its readings, and a detention is over,
-- or not, where every reading says so. An extension counts if it was made before the first limit ran out; its time alone
-- also shows that there was one. Where the arrival is missing, the time of detention, which lies before it, and that of
-- acceptance, which lies after it, may still settle it; the minutes stay unknown.
WITH rule AS (
    SELECT
        60 * max(CASE WHEN name = 'limit_hours' THEN number END) AS first_limit,
        60 * max(CASE WHEN name = 'extension_hours' THEN number END) AS longer
    FROM rule_value
    WHERE subject = 's136'
),
of_clock AS (
    SELECT word FROM rule_value WHERE subject = 's136' AND name = 'of_the_clock'
),
span AS (
    SELECT
        l.delivery_id, l.source_row,
        bool_or(l.leg = 'clock') AS runs,
        max(CASE WHEN l.leg = 'clock' AND l.least = l.most THEN l.least END) AS minutes,
        max(CASE WHEN l.leg = 'clock' THEN l.least END) AS least,
        max(CASE WHEN l.leg = 'clock' THEN l.most END) AS most,
        max(CASE WHEN l.leg = 'clock_at_least' THEN l.least END) AS from_accepted,
        max(CASE WHEN l.leg = 'clock_at_most' THEN l.most END) AS from_detained,
        max(CASE WHEN l.leg = 'extension' THEN l.least END) AS extended_least,
        max(CASE WHEN l.leg = 'extension' THEN l.most END) AS extended_most,
        bool_or(l.out_of_order AND w.word IS NULL) AS out_of_order
    FROM leg AS l
    LEFT JOIN of_clock AS w ON w.word = l.leg
    WHERE l."table" = 's136_detention'
    GROUP BY l.delivery_id, l.source_row
),
bounded AS (
    SELECT
        d.detention_id, d.person_id, NOT d.ended AS still_open, s.minutes,
        coalesce(s.out_of_order, FALSE) AS out_of_order,
        CASE WHEN s.runs THEN s.least WHEN d.arrived_at IS NULL THEN coalesce(s.from_accepted, 0) END AS least,
        CASE WHEN s.runs THEN s.most WHEN d.arrived_at IS NULL THEN s.from_detained END AS most,
        r.first_limit
        + CASE
            WHEN coalesce(d.extended, CASE WHEN d.extension_at IS NOT NULL THEN 'yes' END) = 'yes'
                AND coalesce(s.extended_most, 0) <= r.first_limit THEN r.longer
            ELSE 0
        END AS low_limit,
        r.first_limit
        + CASE
            WHEN d.extended = 'no' OR coalesce(s.extended_least, 0) > r.first_limit THEN 0
            ELSE r.longer
        END AS high_limit
    FROM s136_detention AS d
    CROSS JOIN rule AS r
    LEFT JOIN span AS s ON s.delivery_id = d.delivery_id AND s.source_row = d.source_row
)
SELECT
    detention_id,
    person_id,
    CASE WHEN low_limit = high_limit THEN CAST(round(low_limit / 60) AS BIGINT) END AS limit_hours,
    minutes AS clock_minutes,
    CASE WHEN least > high_limit THEN 'yes' WHEN most <= low_limit THEN 'no' ELSE 'unknown' END AS over,
    still_open,
    out_of_order
FROM bounded
