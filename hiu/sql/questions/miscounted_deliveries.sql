-- Deliveries whose rows received are not those staged and set aside: there should be none.
WITH r AS (
    SELECT delivery_id, count(*) AS staged FROM record WHERE NOT quarantined GROUP BY delivery_id
),
q AS (
    SELECT delivery_id, count(*) AS aside FROM quarantine GROUP BY delivery_id
)
SELECT d.delivery_id, d.received, coalesce(r.staged, 0) AS staged, coalesce(q.aside, 0) AS aside
FROM deliveries AS d
LEFT JOIN r ON r.delivery_id = d.delivery_id
LEFT JOIN q ON q.delivery_id = d.delivery_id
WHERE d.received <> coalesce(r.staged, 0) + coalesce(q.aside, 0)
ORDER BY d.delivery_id
