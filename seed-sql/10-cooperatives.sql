-- Cooperatives: 6,000 by default.
--
-- Trap: one capital in 33 is no plain number; the six forms take turns.
-- Trap: "provinceId" is the province's code as a number.
-- Trap: Papua Pegunungan (95) has none, since its villages weigh nothing.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

-- Villages as often as they are busy: a cooperative takes a slot. Districts differ too: a kabupaten counts double a kota,
-- and five of them far more, so that a ranking of districts has no ties at its top.
CREATE TABLE seed.slot AS
SELECT row_number() OVER (ORDER BY v.village_id, n) - 1 AS slot, v.village_id, v.province_code
FROM seed.village AS v
JOIN districts AS d ON d.district_id = v.district_id
LEFT JOIN (VALUES ('32.01', 14), ('35.07', 9), ('32.04', 8), ('33.02', 6), ('12.07', 5)) AS large (code, slots) ON large.code = d.code
CROSS JOIN LATERAL generate_series(1, v.weight * coalesce(large.slots, CASE WHEN d.name ^@ 'KOTA' THEN 1 ELSE 2 END)) AS n
ORDER BY 1;
ALTER TABLE seed.slot ADD PRIMARY KEY (slot);
ANALYZE seed.slot;

-- Which village, and when (scaffolding; the tables that hang on cooperatives read it). The first three rounds of ids go to
-- the provinces in turn, so that even a small scale leaves none of the 37 empty.
CREATE TABLE seed.cooperative AS
WITH turn AS (
    SELECT row_number() OVER (ORDER BY province_code) - 1 AS turn, min(slot) AS first, count(*) AS slots
    FROM seed.slot GROUP BY province_code
), total AS (
    SELECT count(*) AS turns, sum(slots)::bigint AS slots FROM turn
), hashed AS (
    SELECT id, seed.hash(id, 33) AS hash FROM generate_series(1, seed.rows('cooperatives')) AS id OFFSET 0
), placed AS (
    SELECT h.id, h.hash,
           CASE WHEN t.turn IS NULL THEN seed.pick(h.hash, 1, total.slots)
                ELSE t.first + seed.pick(h.hash, 1, t.slots) END AS slot
    FROM hashed AS h
    CROSS JOIN total
    LEFT JOIN turn AS t ON h.id <= 3 * total.turns AND t.turn = (h.id - 1) % total.turns
)
SELECT
    p.id AS cooperative_id, p.hash, s.village_id, s.province_code,
    -- Half of them spread evenly over the eighteen months, half crowd towards the start.
    CASE WHEN seed.pick(p.hash, 2, 2) = 0 THEN seed.pick(p.hash, 3, 47260800)
         ELSE seed.pick(p.hash, 4, 6874) * seed.pick(p.hash, 4, 6874) + seed.pick(p.hash, 5, 9000) END AS born
FROM placed AS p
JOIN seed.slot AS s ON s.slot = p.slot
ORDER BY p.id;
ALTER TABLE seed.cooperative ADD PRIMARY KEY (cooperative_id);
ANALYZE seed.cooperative;

INSERT INTO cooperative (
    cooperative_id, name, "provinceId", "districtId", "subdistrictId", "villageId", capital,
    registration_type, filling_method, longitude, latitude, address, created_at
)
SELECT
    c.cooperative_id,
    CASE WHEN seed.pick(c.hash, 6, 3) = 0 THEN 'Koperasi Desa Merah Putih ' || v.name
         ELSE seed.kind(seed.pick(c.hash, 7, 11)) || ' ' || seed.motto(seed.pick(c.hash, 8, 320)) END,
    v.province_code, v.district_id, v.subdistrict_id, v.village_id,
    CASE WHEN c.cooperative_id % 33 = 7
         THEN ('{Rp 15.000.000,15.000.000,-,"",tidak ada,NULL}'::text[])[1 + c.cooperative_id / 33 % 6]
         ELSE (
             -- 80 to 120 percent of what the province and the village's weight lead to, in steps of Rp 25,000
             p.capital * (100 + p.tilt * (v.weight - 2)) * (800 + seed.pick(c.hash, 9, 401)) / 2500000000 * 25000
         )::text || ('{"","","","","","","","","",.00,.50,.75}'::text[])[1 + seed.pick(c.hash, 10, 12)::int] END,
    seed.choose(seed.pick(c.hash, 11, 100), '{61,87}', '{Pendaftaran Baru,Pengembangan,Revitalisasi}'),
    seed.choose(seed.pick(c.hash, 12, 100), '{68}', '{Mandiri,Pendamping}'),
    (v.lon + seed.pick(c.hash, 13, 4001) - 2000) / 1000000.0::double precision,
    (v.lat + seed.pick(c.hash, 14, 4001) - 2000) / 1000000.0::double precision,
    'Jl. ' || seed.street(seed.pick(c.hash, 15, 32)) || ' No. ' || 1 + seed.pick(c.hash, 16, 240) || ', ' || v.place,
    seed.moment(c.born)
FROM seed.cooperative AS c
JOIN seed.village AS v ON v.village_id = c.village_id
JOIN seed.province AS p ON p.code = v.province_code
ORDER BY c.cooperative_id;
