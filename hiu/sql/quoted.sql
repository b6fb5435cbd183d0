-- The events that rows name by number, of another source or as what they duplicate, and which event that is.
-- A number typed by hand is not always as the other agency writes it: where no event has it exactly, it is the one event
-- that has it but for capitals, spaces, punctuation beside letters and leading zeros. If there is none, or there are
-- several, nobody guesses: it stays as it was sent.
WITH sound AS (
    SELECT r.source, r.source || ':' || r.event_id AS own, r.related, r.source || ':' || r.duplicate_of AS parent
    FROM record AS r
    JOIN current AS c ON c.delivery_id = r.delivery_id
    WHERE c.in_force AND NOT r.quarantined
),
asked AS (
    SELECT related FROM sound WHERE related IS NOT NULL
    UNION
    SELECT parent AS related FROM sound WHERE parent IS NOT NULL
),
wanted AS (
    SELECT DISTINCT split_part(related, ':', 1) AS source FROM asked
),
event AS (
    SELECT DISTINCT s.own FROM sound AS s JOIN wanted AS w ON w.source = s.source WHERE s.own IS NOT NULL
),
unfound AS (
    SELECT a.related FROM asked AS a LEFT JOIN event AS e ON e.own = a.related WHERE e.own IS NULL
),
written AS (
    SELECT related AS number, TRUE AS asked FROM unfound
    UNION ALL
    SELECT own AS number, FALSE AS asked FROM event
),
plain AS (
    SELECT
        number, asked,
        split_part(number, ':', 1) || ':' || regexp_replace(regexp_replace(regexp_replace(
            '-' || upper(substr(number, length(split_part(number, ':', 1)) + 2)), '[^0-9A-Z]+', '-', 'g'
        ), '([^0-9])0+([0-9])', '\1\2', 'g'), '-*([A-Z]+)-*|^-|-$', '\1', 'g') AS key
    FROM written
),
alike AS (
    SELECT key, min(number) AS number FROM plain WHERE NOT asked GROUP BY key HAVING count(*) = 1
)
SELECT a.related, coalesce(e.own, k.number, a.related) AS event
FROM asked AS a
LEFT JOIN event AS e ON e.own = a.related
LEFT JOIN plain AS p ON p.number = a.related AND p.asked
LEFT JOIN alike AS k ON k.key = p.key
