-- Partnership applications: 4,000 by default. One that is merely requested was never touched again: updated_at = created_at.
--
-- Trap: cooperatives with id = 3 (mod 4) have none.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT seed.linked_count(seed.rows('cooperatives'), 4, 3) AS cooperatives
), hashed AS (
    SELECT id, seed.hash(id, 16) AS hash FROM generate_series(1, seed.rows('partnerships')) AS id OFFSET 0
), picked AS (
    SELECT h.id, h.hash, seed.pick(h.hash, 1, size.cooperatives) AS at FROM hashed AS h, size OFFSET 0
), applied AS (
    SELECT a.id, a.hash, c.cooperative_id, c.born + seed.pick(a.hash, 2, 47260800 - c.born) AS created,
           seed.choose(seed.pick(a.hash, 3, 100), '{17,38,53,88}', '{Requested,InReview,In Progress,Verified,Rejected}') AS status
    FROM picked AS a
    JOIN seed.cooperative AS c ON c.cooperative_id = seed.linked_id(a.at, 4, 3)
    OFFSET 0
)
INSERT INTO business_partnership_applications (
    business_partnership_application_id, "cooperativeId", partnership_with, status, created_at, updated_at
)
SELECT
    id, cooperative_id,
    seed.choose(seed.pick(hash, 4, 100), '{29,51,70,82,93}', '{BRILink,Pertamina LPG,Pupuk Indonesia,Bulog,Pos Indonesia,Kimia Farma}'),
    status,
    seed.moment(created),
    seed.moment(CASE WHEN status = 'Requested' THEN created
                     ELSE least(created + 3600 + seed.pick(hash, 5, 45 * 86400), 47260799) END)
FROM applied
ORDER BY id;
