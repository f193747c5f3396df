-- Domains: 5,800 by default, one a cooperative, under a name that RFC 2606 reserves.
--
-- Trap: cooperatives with id = 11 (mod 30) have none.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT seed.linked_count(seed.rows('cooperatives'), 30, 11) AS cooperatives
), hashed AS (
    SELECT id, seed.hash(id, 18) AS hash, seed.linked_id((id - 1) % size.cooperatives, 30, 11) AS cooperative_id
    FROM generate_series(1, seed.rows('domains')) AS id, size
    OFFSET 0
)
INSERT INTO domains (domain_id, "cooperativeId", name, verification_status)
SELECT
    id, cooperative_id,
    'kop-' || seed.label(seed.pick(hash, 1, 16)) || '-' || lpad(id::text, 6, '0') || '.koperasi.example',
    seed.choose(seed.pick(hash, 2, 100), '{71,92}', '{Verified,Pending,Rejected}')
FROM hashed
ORDER BY id;
