-- What kai_reader and PUBLIC may do with the database itself: connect. PUBLIC loses the right to make temporary tables.
--
-- koperasi.database  (custom setting, empty or missing = this database) names another database of the server
--
-- CREATE DATABASE ... TEMPLATE does not copy the rights on a database (those on what is in it, it does): run this file for
-- every clone. It needs no scaffolding, no connection to the clone, and may be run again.

DO $database$
DECLARE
    name text := coalesce(nullif(current_setting('koperasi.database', true), ''), current_database());
BEGIN
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC, kai_reader', name);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO kai_reader', name);
END
$database$;
