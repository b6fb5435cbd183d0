-- How the new count of closed months differs from the published one (table previous_demand), person ids carried over
-- through merges (table aliases). Parameter: closed_before (first day that was not published then).
WITH renamed AS (
    SELECT old_id, max(person_id) AS person_id FROM aliases WHERE kind = 'merge' GROUP BY old_id
),
before AS (
    SELECT coalesce(r.person_id, p.person_id) AS person_id, p.month, p.dataset, sum(p.n) AS n
    FROM previous_demand AS p
    LEFT JOIN renamed AS r ON r.old_id = p.person_id
    WHERE p.month < $closed_before
    GROUP BY coalesce(r.person_id, p.person_id), p.month, p.dataset
),
now AS (
    SELECT person_id, month, dataset, n FROM monthly_demand WHERE month < $closed_before
),
cells AS (
    SELECT
        coalesce(a.month, b.month) AS month,
        coalesce(a.dataset, b.dataset) AS dataset,
        coalesce(a.n, 0) - coalesce(b.n, 0) AS change
    FROM now AS a
    FULL JOIN before AS b ON b.person_id = a.person_id AND b.month = a.month AND b.dataset = a.dataset
),
changes AS (
    SELECT
        month,
        dataset,
        sum(CASE WHEN change > 0 THEN change ELSE 0 END) AS added,
        sum(CASE WHEN change < 0 THEN -change ELSE 0 END) AS removed
    FROM cells
    GROUP BY month, dataset
),
supply AS (
    SELECT n.month, n.dataset, coalesce(p.supplied, FALSE) AS supplied_before, n.supplied AS supplied_now
    FROM coverage AS n
    LEFT JOIN previous_coverage AS p ON p.month = n.month AND p.dataset = n.dataset
    WHERE n.month < $closed_before
)
SELECT
    s.month, s.dataset, coalesce(c.added, 0) AS added, coalesce(c.removed, 0) AS removed,
    s.supplied_before, s.supplied_now
FROM supply AS s
LEFT JOIN changes AS c ON c.month = s.month AND c.dataset = s.dataset
WHERE coalesce(c.added, 0) + coalesce(c.removed, 0) > 0 OR s.supplied_before <> s.supplied_now
