-- Management: 3 to 5 people a cooperative. Most have a Ketua, a Sekretaris and a Bendahara; in one cooperative of eleven the
-- treasurer, and in one of twenty the secretary, is missing and a Pengawas sits in that place.
--
-- Trap: genders are in title case here.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

WITH team AS (
    SELECT cooperative_id, 3 + seed.pick(hash, 20, 3) AS people, seed.pick(hash, 21, 100) AS gap FROM seed.cooperative OFFSET 0
), seat AS (
    SELECT cooperative_id, seat, seed.hash(cooperative_id::bigint * 8 + seat, 13) AS hash,
           CASE WHEN seat = 1 THEN 'Ketua'
                WHEN seat = 2 AND gap NOT BETWEEN 9 AND 13 THEN 'Sekretaris'
                WHEN seat = 3 AND gap > 8 THEN 'Bendahara'
                ELSE 'Pengawas' END AS role
    FROM team CROSS JOIN LATERAL generate_series(1, people) AS seat
    OFFSET 0
), person AS (
    SELECT *, seed.pick(hash, 1, 100)
              < CASE role WHEN 'Ketua' THEN 24 WHEN 'Sekretaris' THEN 44 WHEN 'Bendahara' THEN 61 ELSE 21 END AS woman
    FROM seat OFFSET 0
)
INSERT INTO cooperative_management (cooperative_management_id, "cooperativeId", name, role, gender, status)
SELECT
    row_number() OVER (ORDER BY cooperative_id, seat),
    cooperative_id,
    CASE WHEN woman THEN seed.woman(seed.pick(hash, 2, 40)) ELSE seed.man(seed.pick(hash, 2, 40)) END
        || ' ' || seed.surname(seed.pick(hash, 3, 60)),
    role,
    CASE WHEN woman THEN 'Perempuan' ELSE 'Laki-laki' END,
    seed.choose(seed.pick(hash, 4, 100), '{91}', '{Aktif,Nonaktif}')
FROM person
ORDER BY 1;
