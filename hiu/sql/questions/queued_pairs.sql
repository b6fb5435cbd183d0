-- The scored pairs of the review queue, each with its pattern of agreement.
SELECT p.identity_a, p.identity_b, p.pattern
FROM pair_score AS p
JOIN review_pair AS q ON q.identity_a = p.identity_a AND q.identity_b = p.identity_b
