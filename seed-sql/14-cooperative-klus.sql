-- Lines of business of the cooperatives: 12,000 by default, two or three each and never the same one twice.
--
-- Trap: cooperatives with id = 6 (mod 7) have none. Trap: two lines of one cooperative may share a sector, so a sector's
-- rows are more than its cooperatives.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT seed.linked_count(seed.rows('cooperatives'), 7, 6) AS cooperatives, (SELECT count(*) FROM seed.klu_slot) AS slots
), linked AS (
    SELECT id, (id - 1) / size.cooperatives AS turn, seed.linked_id((id - 1) % size.cooperatives, 7, 6) AS cooperative_id, size.slots
    FROM generate_series(1, seed.rows('cooperative_klus')) AS id, size
    OFFSET 0
)
INSERT INTO cooperative_klus (cooperative_klu_id, "cooperativeId", "kluId", created_at)
SELECT
    l.id, c.cooperative_id, k.klu_id,
    seed.moment(c.born + seed.pick(seed.hash(l.id, 15), 1, 47260800 - c.born))
FROM linked AS l
JOIN seed.cooperative AS c ON c.cooperative_id = l.cooperative_id
-- Steps of 20 to 269 slots: further than the widest line, and three of them never close the wheel of more than 800.
JOIN seed.klu_slot AS k ON k.slot = (seed.pick(c.hash, 24, l.slots) + l.turn * (20 + seed.pick(c.hash, 25, 250))) % l.slots
ORDER BY l.id;
