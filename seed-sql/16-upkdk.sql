-- Units in villages (UPKDK): 2,500 by default. Some lack coordinates (one in ten) or an address (one in fourteen).

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH size AS MATERIALIZED (
    SELECT count(*) AS villages FROM seed.village
), hashed AS (
    SELECT id, seed.hash(id, 17) AS hash FROM generate_series(1, seed.rows('upkdk')) AS id OFFSET 0
)
INSERT INTO upkdk (
    upkdk_id, "villageId", type, internet_access, building_condition, water_electricity, longitude, latitude, address
)
SELECT
    u.id, v.village_id,
    seed.choose(seed.pick(u.hash, 2, 100), '{44,67,91}', '{Gerai,Gudang,Kantor,Klinik}'),
    -- rarer in the east
    CASE WHEN seed.pick(u.hash, 3, 100) < 84 - v.province_code / 2 THEN 'Ada' ELSE 'Tidak Ada' END,
    seed.choose(seed.pick(u.hash, 4, 100), '{63,89}', '{Baik,Rusak Ringan,Rusak Berat}'),
    seed.choose(seed.pick(u.hash, 5, 100), '{77}', '{Ya,Tidak}'),
    CASE WHEN u.id % 10 <> 4 THEN (v.lon + seed.pick(u.hash, 6, 4001) - 2000) / 1000000.0::double precision END,
    CASE WHEN u.id % 10 <> 4 THEN (v.lat + seed.pick(u.hash, 7, 4001) - 2000) / 1000000.0::double precision END,
    CASE WHEN u.id % 14 <> 9
         THEN 'Jl. ' || seed.street(seed.pick(u.hash, 8, 32)) || ' No. ' || 1 + seed.pick(u.hash, 9, 240) || ', ' || v.place END
FROM hashed AS u, size, seed.village AS v
WHERE v.village_id = 1 + seed.pick(u.hash, 1, size.villages)
ORDER BY u.id;
