-- Descriptions, and people, that say of somebody what no row received says: there should be none. A birth that is left out
-- of a description is none of them: the step that makes it leaves out one after a contact of the same person.
WITH described AS (
    SELECT DISTINCT i.identity_id
    FROM identity AS i
    JOIN record_identity AS d ON d.identity_id = i.identity_id
    JOIN record AS r ON r.delivery_id = d.delivery_id AND r.source_row = d.source_row
    WHERE coalesce(i.name_text, '') <> coalesce(r.name_text, '')
        OR coalesce(i.given, '') <> coalesce(r.given, '')
        OR coalesce(i.family, '') <> coalesce(r.family, '')
        OR coalesce(i.nhs_number, '') <> coalesce(r.nhs_number, '')
        OR (i.dob IS NOT NULL AND (r.dob IS NULL OR i.dob <> r.dob))
        OR coalesce(i.postcode, '') <> coalesce(r.postcode, '')
),
named AS (
    SELECT DISTINCT c.person_id, i.name_text
    FROM cluster AS c
    JOIN identity AS i ON i.identity_id = c.identity_id
),
numbered AS (
    SELECT DISTINCT c.person_id, i.nhs_number
    FROM cluster AS c
    JOIN identity AS i ON i.identity_id = c.identity_id
),
person AS (
    SELECT p.person_id
    FROM people AS p
    LEFT JOIN named AS n ON n.person_id = p.person_id AND n.name_text = p.name_text
    LEFT JOIN numbered AS h ON h.person_id = p.person_id AND h.nhs_number = p.nhs_number
    WHERE (p.name_text IS NOT NULL AND n.person_id IS NULL) OR (p.nhs_number IS NOT NULL AND h.person_id IS NULL)
)
SELECT identity_id AS id FROM described
UNION ALL
SELECT person_id AS id FROM person
ORDER BY id
