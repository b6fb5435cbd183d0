-- Every distinct way a row describes somebody, and whose it is.
SELECT
    i.identity_id, c.person_id, i.name_text, i.given, i.middle, i.family, i.aliases, i.dob, i.birth_year, i.sex,
    i.nhs_number, i.postcode, i.house, i.street, i.local_ids, i.sources, i."rows"
FROM identity AS i
JOIN cluster AS c ON c.identity_id = i.identity_id
