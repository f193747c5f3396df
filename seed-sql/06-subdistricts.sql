-- Subdistricts: 3 a district by default, with invented names.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

INSERT INTO subdistricts (subdistrict_id, code, district_code, name)
SELECT
    (d.district_id - 1) * seed.rows('subdistricts_per_district') + n,
    d.code || '.' || lpad(n::text, 2, '0'),
    d.code,
    seed.place((seed.hash(d.district_id, 6) + n * 389) % 1024)      -- 389 is odd: no name twice in a district
FROM districts AS d, generate_series(1, seed.rows('subdistricts_per_district')) AS n
ORDER BY 1;
