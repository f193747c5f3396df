-- Outlets: 9,000 by default; every third has no photograph.
--
-- Trap: cooperatives with id = 3 (mod 5) have none.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT seed.linked_count(seed.rows('cooperatives'), 5, 3) AS cooperatives
), hashed AS (
    SELECT id, seed.hash(id, 14) AS hash FROM generate_series(1, seed.rows('outlets')) AS id OFFSET 0
), picked AS (
    SELECT h.id, h.hash, seed.pick(h.hash, 1, size.cooperatives) AS at FROM hashed AS h, size OFFSET 0
)
INSERT INTO cooperative_outlets (cooperative_outlet_id, "cooperativeId", cooperative_type_id, primary_image, created_at)
SELECT
    o.id, c.cooperative_id,
    -- the thirteen types, by their shares in a thousand: 138, 109, 226, ...
    1 + width_bucket(seed.pick(o.hash, 2, 1000)::int, '{138,247,473,537,619,787,842,863,907,919,952,961}'::int[]),
    CASE WHEN seed.pick(o.hash, 3, 100) < 66 THEN 'outlets/' || lpad(o.id::text, 7, '0') || '.jpg' END,
    seed.moment(c.born + seed.pick(o.hash, 4, 47260800 - c.born))
FROM picked AS o
JOIN seed.cooperative AS c ON c.cooperative_id = seed.linked_id(o.at, 5, 3)
ORDER BY o.id;
