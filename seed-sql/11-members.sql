-- Members: 30,000 by default. Savings have cents; a member never joins before the cooperative exists.
--
-- Trap: genders are upper case here. Trap: cooperatives with id = 5 (mod 12) have no member.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT seed.linked_count(seed.rows('cooperatives'), 12, 5) AS cooperatives
), hashed AS (
    SELECT id, seed.hash(id, 12) AS hash FROM generate_series(1, seed.rows('members')) AS id OFFSET 0
), picked AS (
    SELECT h.id, h.hash, size.cooperatives, seed.pick(h.hash, 1, size.cooperatives) AS at FROM hashed AS h, size OFFSET 0
), linked AS (
    -- One member in three prefers the older cooperatives, which so grow large.
    SELECT id, hash, CASE WHEN seed.pick(hash, 2, 3) = 0 THEN at * at / cooperatives ELSE at END AS at FROM picked OFFSET 0
), placed AS (
    SELECT l.id, l.hash, c.cooperative_id, c.born, seed.pick(l.hash, 3, 100) < 36 + c.province_code * 7 % 17 AS woman
    FROM linked AS l
    JOIN seed.cooperative AS c ON c.cooperative_id = seed.linked_id(l.at, 12, 5)
    OFFSET 0
)
INSERT INTO cooperative_members (
    cooperative_member_id, "cooperativeId", name, gender, principal_saving, mandatory_saving, bi_checking_verification, created_at
)
SELECT
    id, cooperative_id,
    CASE WHEN woman THEN seed.woman(seed.pick(hash, 4, 40)) ELSE seed.man(seed.pick(hash, 4, 40)) END
        || ' ' || seed.surname(seed.pick(hash, 5, 60)),
    CASE WHEN woman THEN 'PEREMPUAN' ELSE 'LAKI-LAKI' END,
    -- sums in cents: Rp 50,000 to 500,000 once, Rp 10,000 to 105,000 since, and odd cents
    ((5 + seed.pick(hash, 6, 46)) * 1000000 + seed.pick(hash, 7, 100000)) * 0.01,
    ((2 + seed.pick(hash, 8, 20)) * 500000 + seed.pick(hash, 9, 50000)) * 0.01,
    seed.choose(seed.pick(hash, 10, 100), '{78,86,91,94}', '{Lancar,Dalam Perhatian Khusus,Kurang Lancar,Macet,NULL}'),
    seed.moment(born + seed.pick(hash, 11, 47260800 - born))
FROM placed
ORDER BY id;
