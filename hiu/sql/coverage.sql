-- Which months each data set was supplied. A data set counted from several sources is supplied when every one of them
-- that ever supplied has: a part of the figure would pass for the whole.
WITH ever AS (
    SELECT source, bool_or(supplied) AS ever FROM calendar GROUP BY source
),
feeds AS (
    SELECT n.dataset, n.source, min(n.unit) AS unit, e.ever
    FROM counting AS n
    JOIN ever AS e ON e.source = n.source
    WHERE NOT n.extra
    GROUP BY n.dataset, n.source, e.ever
),
known AS (
    SELECT dataset, bool_or(ever) AS ever FROM feeds GROUP BY dataset
)
SELECT
    c.month,
    f.dataset,
    array_to_string(list_sort(list(f.source)), '|') AS source,
    bool_and(c.supplied) AS supplied,
    min(f.unit) AS unit
FROM calendar AS c
JOIN feeds AS f ON f.source = c.source
JOIN known AS k ON k.dataset = f.dataset
WHERE f.ever OR NOT k.ever
GROUP BY c.month, f.dataset
