-- The places that contacts of a mart join.
SELECT DISTINCT
    place_key, place_detail, borough, command_unit, trust, partnership, icb, police_force, ambulance_trust
FROM mart_place
