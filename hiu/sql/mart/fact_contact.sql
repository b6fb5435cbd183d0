-- Contacts that began in the months of a mart, by month alone: the day and hour of one could tell who it is.
SELECT
    dense_rank() OVER (ORDER BY m.person_token, t.start, t.source, t.event_id) AS contact_number,
    t.dataset AS dataset_code, m.person_token, d.month_start, t.source AS source_name, t.counted AS is_counted,
    t.episode AS episode_number, h.place_key AS home_place_key, i.place_key AS incident_place_key,
    p.place_key AS provider_place_key
FROM timeline AS t
JOIN mart_member AS m ON m.person_id = t.person_id
JOIN dim_month AS d ON CAST(t.start AS DATE) >= d.month_start AND CAST(t.start AS DATE) <= d.month_end
LEFT JOIN mart_place AS h
    ON h.person_id = t.person_id AND h.source = t.source AND h.event_id = t.event_id AND h.area = 'home'
LEFT JOIN mart_place AS i
    ON i.person_id = t.person_id AND i.source = t.source AND i.event_id = t.event_id AND i.area = 'incident'
LEFT JOIN mart_place AS p
    ON p.person_id = t.person_id AND p.source = t.source AND p.event_id = t.event_id AND p.area = 'provider'
