-- Other names that stand beside several family names, with each.
WITH each AS (
    SELECT unnest(string_split(aliases, '|')) AS name, family AS own
    FROM identity_text
    WHERE aliases IS NOT NULL AND family IS NOT NULL
),
once AS (
    SELECT DISTINCT name, own FROM each
)
SELECT name, own
FROM once
QUALIFY count(*) OVER (PARTITION BY name) > 1
