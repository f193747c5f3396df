-- Settings, row counts and the arithmetic that every later file uses.
--
-- Everything in schema `seed` is scaffolding: 99-finish.sql drops it. It is kept in tables and functions rather than in
-- the session, so that each file may be run in a session of its own.
--
-- koperasi.scale  (custom setting, empty or missing = 1) multiplies the row counts; see README.md for what it governs.

SET client_min_messages = warning; SET timezone = 'UTC'; SET search_path = public; SET jit = off; SET synchronous_commit = off;

DO $empty$
BEGIN
    IF to_regclass('public.cooperative') IS NOT NULL THEN
        RAISE EXCEPTION 'database "%" already has a table cooperative: seed an empty database', current_database();
    END IF;
END
$empty$;

DROP SCHEMA IF EXISTS seed CASCADE;
CREATE SCHEMA seed;
CREATE TABLE seed.size (name text PRIMARY KEY, rows int NOT NULL);

DO $settings$
DECLARE
    given text := coalesce(nullif(current_setting('koperasi.scale', true), ''), '1');
    scale numeric;
BEGIN
    IF given !~ '^[0-9]{1,3}(\.[0-9]{1,6})?$' OR given::numeric <= 0 OR given::numeric > 100 THEN
        RAISE EXCEPTION 'koperasi.scale is "%": it must be a plain number above 0 and at most 100, such as 1, 13 or 0.05', given;
    END IF;
    scale := given::numeric;

    INSERT INTO seed.size
    SELECT name, greatest(1, round(base * scale))::int
    FROM (VALUES
        ('cooperatives', 6000), ('members', 30000), ('outlets', 9000), ('cooperative_klus', 12000),
        ('partnerships', 4000), ('upkdk', 2500), ('domains', 5800), ('mergers', 120)
    ) AS t (name, base);

    -- Districts are always the real 514, so the places below them grow in both steps: with the square root of the scale
    -- each (3 x 3 by default, 11 x 11 at 13, about the registry's own size).
    INSERT INTO seed.size
    SELECT name, greatest(1, round(3 * sqrt(scale)))::int
    FROM (VALUES ('subdistricts_per_district'), ('villages_per_subdistrict')) AS t (name);
END
$settings$;

-- The number of rows that the scale gives a table.
CREATE FUNCTION seed.rows(name text) RETURNS int STABLE LANGUAGE sql AS
    $$ SELECT s.rows FROM seed.size AS s WHERE s.name = $1 $$;

-- One number in 0 .. 2^31 - 2 for a row: a quadratic in the id over two primes, so neighbours share nothing visible.
-- Every int id stays inside a bigint.
CREATE FUNCTION seed.hash(id bigint, salt bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
    $$ SELECT ((id * id % 2147483629) * 1566083941 + id * (salt * 40692 + 1812433253) + salt * 1103515245) % 2147483647 $$;

-- One of 0 .. n - 1 out of a row's hash; another salt gives another, unrelated, choice.
CREATE FUNCTION seed.pick(hash bigint, salt bigint, n bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
    $$ SELECT hash * (salt * 104729 + 7919) % 2147483647 % n $$;

-- The n-th word of a list, counting from 0 and starting again at its end.
CREATE FUNCTION seed.nth(words text[], n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT words[1 + (n % cardinality(words))::int] $$;

-- The label whose share holds `at`: shares are given as their upper bounds, the last label takes the rest.
CREATE FUNCTION seed.choose(at bigint, bounds int[], labels text[]) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT labels[1 + width_bucket(at::int, bounds)] $$;

-- A moment, in seconds after the registry's first day. Its last second, 2025-06-30 23:59:59 UTC, is 47260799.
CREATE FUNCTION seed.moment(seconds bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS
    $$ SELECT to_timestamp(1704067200 + seconds) $$;

-- Cooperatives without members, outlets and so on are those with id = gap (mod period). These two count the others among
-- 1 .. n and name the j-th of them (j from 0).
CREATE FUNCTION seed.linked_count(n bigint, period bigint, gap bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS
    $$ SELECT greatest(1, n - (n + period - gap) / period) $$;
CREATE FUNCTION seed.linked_id(j bigint, period bigint, gap bigint) RETURNS int IMMUTABLE LANGUAGE sql AS
    $$ SELECT ((j / (period - 1)) * period + j % (period - 1) + CASE WHEN j % (period - 1) >= gap - 1 THEN 2 ELSE 1 END)::int $$;
