-- Mergers: 120 by default. Every fiftieth cooperative also serves the next village in the order of codes.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT seed.rows('cooperatives') AS cooperatives, (SELECT count(*) FROM seed.village) AS villages
)
INSERT INTO cooperative_village_mergers (cooperative_village_merger_id, cooperative_id, village_id, created_at)
SELECT
    id, c.cooperative_id, 1 + c.village_id % size.villages,
    seed.moment(c.born + seed.pick(seed.hash(id, 19), 1, 47260800 - c.born))
FROM generate_series(1, seed.rows('mergers')) AS id, size, seed.cooperative AS c
WHERE c.cooperative_id = 1 + (id * 50 - 33) % size.cooperatives
ORDER BY id;
