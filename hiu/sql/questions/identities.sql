-- Every identity, for the tasks of matching on a cluster.
SELECT
    identity_id, given, middle, family, aliases, dob, birth_year, sex, nhs_number, postcode, house, street, local_ids, nobody,
    "rows"
FROM identity
