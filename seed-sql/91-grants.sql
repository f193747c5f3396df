-- What kai_reader may do with what is in this database: read the fifteen tables. PUBLIC loses what would let it do more.
--
-- CREATE DATABASE ... TEMPLATE copies all of this. It needs no scaffolding and may be run again.

SET client_min_messages = warning; SET search_path = public;

DO $grants$
DECLARE
    writer regprocedure;
BEGIN
    -- Large objects are writable, and ownable, by whoever may call these. Only a superuser can take that away.
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        FOR writer IN
            SELECT oid FROM pg_proc
            WHERE pronamespace = 'pg_catalog'::regnamespace
              AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_put', 'lowrite',
                              'lo_truncate', 'lo_truncate64', 'lo_unlink')
            ORDER BY oid
        LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, kai_reader', writer);
        END LOOP;
    END IF;
END
$grants$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC, kai_reader;
GRANT USAGE ON SCHEMA public TO kai_reader;
GRANT SELECT ON
    provinces, districts, subdistricts, villages, cooperative_types, cooperative, cooperative_members,
    cooperative_management, cooperative_outlets, klus, cooperative_klus, business_partnership_applications, upkdk,
    domains, cooperative_village_mergers
    TO kai_reader;
