-- The role as which the agent connects: kai_reader, who may log in and nothing else. What it may do is 91-grants.sql's and
-- 92-database.sql's.
--
-- koperasi.reader_password  (custom setting, empty or missing = 'kai_reader' for a new role, unchanged for an old one)
--
-- Roles belong to the cluster, and several of its databases may be seeded at one moment: whoever loses that race sees a
-- duplicate or a "tuple concurrently updated" (an internal_error), waits for the winner by that, and looks again.
-- Needs no scaffolding and may be run again.

SET client_min_messages = warning;

DO $role$
DECLARE
    password text := nullif(current_setting('koperasi.reader_password', true), '');
    held record;
    setting text;
BEGIN
    FOR attempt IN 1..50 LOOP
        BEGIN
            SELECT * INTO held FROM pg_roles WHERE rolname = 'kai_reader';
            IF NOT FOUND THEN
                EXECUTE format('CREATE ROLE kai_reader LOGIN PASSWORD %L', coalesce(password, 'kai_reader'));
            ELSIF password IS NOT NULL THEN
                EXECUTE format('ALTER ROLE kai_reader LOGIN PASSWORD %L', password);
            ELSIF NOT held.rolcanlogin THEN
                ALTER ROLE kai_reader LOGIN;
            END IF;

            -- Belt and braces: a session may set these otherwise, but none begins otherwise. UTC, because that is what the
            -- registry's months are in.
            SELECT * INTO held FROM pg_roles WHERE rolname = 'kai_reader';
            FOREACH setting IN ARRAY '{default_transaction_read_only=on,statement_timeout=30s,lock_timeout=10s,idle_in_transaction_session_timeout=60s,TimeZone=UTC}'::text[] LOOP
                IF NOT setting = ANY (coalesce(held.rolconfig, '{}')) THEN
                    EXECUTE format('ALTER ROLE kai_reader SET %I = %L', split_part(setting, '=', 1), split_part(setting, '=', 2));
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN
            IF attempt = 50 THEN
                RAISE;
            END IF;
        END;
    END LOOP;

    IF held.rolsuper OR held.rolcreatedb OR held.rolcreaterole OR held.rolreplication OR held.rolbypassrls
       OR EXISTS (SELECT FROM pg_auth_members WHERE member = held.oid)
    THEN
        RAISE EXCEPTION 'role kai_reader exists and may do more than read: it must hold no attribute but LOGIN and be a member of no role';
    END IF;
END
$role$;
