-- Villages: 3 a subdistrict by default, with invented names and populations.
--
-- Trap: the code is not unique. About one village in a hundred, always the last of its subdistrict, carries the code of the
-- village before it.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH per AS MATERIALIZED (
    SELECT seed.rows('villages_per_subdistrict') AS villages, 100 / seed.rows('villages_per_subdistrict') AS period
), numbered AS (
    SELECT s.subdistrict_id, s.code, n, per.villages, (s.subdistrict_id - 1) * per.villages + n AS id,
           n = per.villages AND s.subdistrict_id % per.period = per.period / 2 AS copies
    FROM subdistricts AS s, per, generate_series(1, per.villages) AS n
), hashed AS (
    SELECT v.*, seed.hash(v.id, 7) AS hash,
           (v.id - CASE WHEN v.copies THEN 2 ELSE 1 END) AS source      -- counted from 0
    FROM numbered AS v OFFSET 0
)
INSERT INTO villages (village_id, code, subdistrict_code, name, total_u17, total_a17)
SELECT
    v.id,
    source.code || '.' || (2001 + v.source % v.villages)::text,
    v.code,
    seed.place((seed.hash(v.subdistrict_id, 8) + v.n * 389) % 1024),
    300 + seed.pick(v.hash, 1, 2200),
    700 + seed.pick(v.hash, 2, 5300)
FROM hashed AS v
JOIN subdistricts AS source ON source.subdistrict_id = 1 + v.source / v.villages
ORDER BY v.id;

-- Where each village is and how busy (scaffolding). weight 0 means no cooperative ever, and 4 four times as many as 1.
CREATE TABLE seed.village AS
SELECT
    v.village_id, s.subdistrict_id, d.district_id, p.code AS province_code,
    CASE WHEN p.capital = 0 THEN 0 ELSE ('{0,1,1,1,2,2,3,4}'::int[])[1 + seed.pick(v.hash, 3, 8)::int] END AS weight,
    -- millionths of a degree: a place for the district and a few kilometres around it
    ((p.lon + p.reach_lon * (seed.pick(d.hash, 1, 1601) - 800) / 1000) * 1000000)::int + (seed.pick(v.hash, 4, 60001) - 30000)::int AS lon,
    ((p.lat + p.reach_lat * (seed.pick(d.hash, 2, 1601) - 800) / 1000) * 1000000)::int + (seed.pick(v.hash, 5, 60001) - 30000)::int AS lat,
    CASE WHEN d.name ^@ 'KOTA' THEN 'Kel. ' ELSE 'Desa ' END || v.name || ', Kec. ' || s.name || ', ' || d.name AS place,
    v.name
FROM (SELECT village_id, subdistrict_code, name, seed.hash(village_id, 9) AS hash FROM villages OFFSET 0) AS v
JOIN subdistricts AS s ON s.code = v.subdistrict_code
JOIN (SELECT *, seed.hash(district_id, 10) AS hash FROM districts OFFSET 0) AS d ON d.code = s.district_code
JOIN seed.province AS p ON p.code = d.province_code::int
ORDER BY v.village_id;
ALTER TABLE seed.village ADD PRIMARY KEY (village_id);
ANALYZE seed.village;
