use super::*;
use crate::contract::documents::{ColumnDescription, TableDescription};

pub(super) fn table(schema: &str, name: &str, columns: &[&str]) -> TableDescription {
    TableDescription {
        id: format!("c.{schema}.{name}"),
        db_connection_id: "c".to_owned(),
        db_schema: schema.to_owned(),
        table_name: name.to_owned(),
        table_description: String::new(),
        columns: columns
            .iter()
            .map(|name| ColumnDescription {
                name: (*name).to_owned(),
                description: String::new(),
                data_type: "text".to_owned(),
                is_primary_key: false,
                low_cardinality: false,
                categories: Vec::new(),
                foreign_key: None,
            })
            .collect(),
        examples: Vec::new(),
        table_schema: String::new(),
        sync_status: String::new(),
        created_at: 0,
    }
}

fn relations() -> Relations {
    Relations::of(&[
        table("public", "provinces", &["province_id", "code", "name"]),
        table(
            "public",
            "cooperative",
            &[
                "cooperative_id",
                "provinceId",
                "capital",
                "name",
                "created_at",
            ],
        ),
        table("audit", "log", &["entry"]),
        table("public", "Mixed", &["A"]),
    ])
}

fn passes(sql: &str) -> String {
    match guard(sql, &relations()) {
        Ok(guarded) => guarded.sql().to_owned(),
        Err(error) => panic!("refused: {sql}\n{error}"),
    }
}

fn refusal(sql: &str) -> GuardError {
    match guard(sql, &relations()) {
        Ok(guarded) => panic!("let through: {sql}\nas: {}", guarded.sql()),
        Err(error) => error,
    }
}

#[test]
fn good_queries_pass() {
    for sql in [
        "SELECT 1",
        "select count(*) from cooperative;",
        "SELECT p.name, AVG(CASE WHEN c.capital ~ '^[0-9]+(\\.[0-9]+)?$' THEN c.capital::numeric END) AS rata \
         FROM cooperative c JOIN provinces p ON p.code = c.\"provinceId\"::text GROUP BY p.name \
         ORDER BY rata DESC NULLS LAST LIMIT 5",
        "SELECT name FROM public.provinces WHERE name ILIKE 'jawa%' OR code IN ('11', '12')",
        "SELECT entry FROM audit.log",
        "SELECT \"A\" FROM \"Mixed\" m WHERE m.\"A\" IS NOT NULL",
        "WITH a AS (SELECT name, count(*) FROM cooperative GROUP BY name), b AS (SELECT a.name, a.count FROM a) \
         SELECT b.name FROM b",
        "SELECT name FROM cooperative UNION ALL SELECT name FROM provinces ORDER BY 1",
        "SELECT * FROM (SELECT name AS n FROM provinces) t WHERE t.n <> ''",
        "SELECT date_trunc('month', created_at) AS m, count(*) FILTER (WHERE name IS NULL) FROM cooperative GROUP BY 1",
        "SELECT round(100.0 * sum(1) / nullif(count(*), 0), 2), extract(year FROM created_at) FROM cooperative GROUP BY 2",
        "SELECT rank() OVER (PARTITION BY name ORDER BY capital DESC), lag(capital) OVER w FROM cooperative WINDOW w AS (ORDER BY name)",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY length(name)) FROM provinces",
        "SELECT name FROM provinces p WHERE NOT EXISTS (SELECT 1 FROM cooperative c WHERE c.\"provinceId\"::text = p.code)",
        "SELECT DISTINCT ON (name) name FROM provinces ORDER BY name FETCH FIRST 3 ROWS ONLY",
        "SELECT x.y FROM provinces AS x (a, y, z), LATERAL (SELECT 1 AS one) l",
        "SELECT created_at > DATE '2024-01-01' AND created_at < now() - INTERVAL '1 year' FROM cooperative",
        "SELECT CAST(capital AS numeric(14, 2)), lpad(code, 2, '0') FROM cooperative, provinces",
        "SELECT CURRENT_DATE, string_agg(DISTINCT name, ', ' ORDER BY name) FROM provinces",
        "SELECT public.provinces.name FROM public.provinces",
        "(SELECT name FROM provinces LIMIT 1) UNION (SELECT name FROM provinces LIMIT 1)",
        "SELECT (array_agg(name ORDER BY code))[1] FROM provinces",
        "SELECT created_at AT TIME ZONE 'Asia/Jakarta' FROM cooperative GROUP BY ROLLUP (created_at)",
        "/* a comment */ SELECT 'it''s' -- another\n FROM provinces",
    ] {
        passes(sql);
    }
}

#[test]
fn what_is_sent_is_written_anew() {
    assert_eq!(
        passes("select  a.name -- drop\n from /* x */ provinces a where a.name='O''Brien' ;"),
        "SELECT a.name FROM provinces a WHERE a.name = 'O''Brien'"
    );
}

#[test]
fn statements_that_are_no_single_query_are_refused() {
    assert_eq!(refusal(""), GuardError::Empty);
    assert_eq!(refusal(" ; ; "), GuardError::Empty);
    assert_eq!(refusal("-- nothing"), GuardError::Empty);
    assert_eq!(
        refusal("SELECT 1; SELECT 2"),
        GuardError::NotOne { count: 2 }
    );
    assert_eq!(
        refusal("SELECT 1; COMMIT; DROP TABLE provinces"),
        GuardError::NotOne { count: 3 }
    );
    assert_eq!(refusal("SELECT '\0'"), GuardError::Nul);
    assert!(matches!(
        refusal("SELEC 1"),
        GuardError::Syntax { .. } | GuardError::NotAQuery { .. }
    ));
    assert!(matches!(refusal("SELECT 'open"), GuardError::Syntax { .. }));
    assert_eq!(
        refusal(&format!("SELECT '{}'", "x".repeat(8_000))),
        GuardError::TooLong { bytes: 8_009 }
    );
    for sql in [
        "INSERT INTO provinces VALUES (1)",
        "UPDATE provinces SET name = ''",
        "DELETE FROM provinces",
        "TRUNCATE provinces",
        "DROP TABLE provinces",
        "CREATE TABLE x (a int)",
        "CREATE TABLE x AS SELECT 1",
        "ALTER TABLE provinces ADD x int",
        "GRANT ALL ON provinces TO public",
        "COPY provinces TO '/tmp/x'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SET ROLE postgres",
        "RESET ALL",
        "SHOW all",
        "EXPLAIN ANALYZE SELECT 1",
        "DO $$ BEGIN END $$",
        "CALL x()",
        "PREPARE x AS SELECT 1",
        "EXECUTE x",
        "DECLARE x CURSOR FOR SELECT 1",
        "LISTEN x",
        "NOTIFY x",
        "LOCK TABLE provinces",
        "VACUUM",
        "BEGIN",
        "COMMIT",
        "DISCARD ALL",
        "TABLE provinces",
        "TABLE pg_authid",
    ] {
        assert!(
            matches!(
                refusal(sql),
                GuardError::NotAQuery { .. } | GuardError::Syntax { .. }
            ),
            "{sql}: {}",
            refusal(sql)
        );
    }
}

#[test]
fn queries_that_write_or_lock_are_refused() {
    for sql in [
        "WITH x AS (INSERT INTO provinces VALUES (1) RETURNING *) SELECT * FROM x",
        "WITH x AS (DELETE FROM provinces RETURNING *) SELECT * FROM x",
        "WITH x AS (UPDATE provinces SET name = '' RETURNING *) SELECT * FROM x",
        "WITH x AS (SELECT 1) DELETE FROM provinces",
        "WITH x AS (SELECT 1) INSERT INTO provinces SELECT * FROM x",
        "SELECT * INTO stolen FROM provinces",
        "SELECT * INTO TEMP stolen FROM provinces",
        "SELECT * FROM provinces FOR UPDATE",
        "SELECT * FROM provinces FOR SHARE",
        "SELECT * FROM provinces FOR NO KEY UPDATE",
        "SELECT * FROM (SELECT * FROM provinces FOR UPDATE) x",
        "SELECT (SELECT name FROM provinces LIMIT 1 FOR UPDATE)",
    ] {
        refusal(sql);
    }
}

#[test]
fn relations_outside_the_catalogue_are_refused() {
    for sql in [
        "SELECT * FROM secrets",
        "SELECT * FROM pg_shadow",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM koperasi.public.provinces",
        "SELECT * FROM log",
        "SELECT * FROM \"Provinces\"",
        "SELECT * FROM Mixed",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM pg_user)",
        "SELECT name FROM provinces UNION SELECT usename FROM pg_user",
        "VALUES ((SELECT rolname FROM pg_roles LIMIT 1))",
        "SELECT count(*) FILTER (WHERE (SELECT true FROM pg_user LIMIT 1)) FROM provinces",
        "SELECT name FROM provinces ORDER BY (SELECT 1 FROM pg_user LIMIT 1)",
        "SELECT name FROM provinces LIMIT (SELECT 1 FROM pg_user LIMIT 1)",
        "SELECT rank() OVER (ORDER BY (SELECT 1 FROM pg_user LIMIT 1)) FROM provinces",
        "SELECT name FROM provinces p JOIN cooperative c ON EXISTS (SELECT 1 FROM pg_user)",
    ] {
        assert!(
            matches!(
                refusal(sql),
                GuardError::Relation { .. } | GuardError::Clause { .. }
            ),
            "{sql}: {}",
            refusal(sql)
        );
    }
}

#[test]
fn a_common_table_expression_is_visible_where_postgres_sees_it() {
    passes("WITH a AS (SELECT 1 AS x) SELECT x FROM a, LATERAL (SELECT x AS y FROM a) l");
    for sql in [
        // In its own query, before it, and outside the query that declares it, the name means a real table.
        "WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets",
        "WITH a AS (SELECT * FROM secrets), secrets AS (SELECT 1) SELECT * FROM a",
        "SELECT * FROM (WITH secrets AS (SELECT 1) SELECT 1) x, secrets",
        "WITH a AS (WITH secrets AS (SELECT 1) SELECT * FROM secrets) SELECT * FROM secrets",
        "WITH a AS (SELECT 1) SELECT * FROM public.a",
    ] {
        assert!(
            matches!(refusal(sql), GuardError::Relation { .. }),
            "{sql}: {}",
            refusal(sql)
        );
    }
    for sql in [
        "WITH provinces AS (SELECT 1) SELECT * FROM provinces",
        "WITH pg_authid AS (SELECT 1) SELECT * FROM pg_authid",
    ] {
        assert!(
            matches!(refusal(sql), GuardError::Name { .. }),
            "{sql}: {}",
            refusal(sql)
        );
    }
    assert_eq!(
        refusal("WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT 1 FROM a) SELECT * FROM a"),
        GuardError::Clause {
            clause: "WITH RECURSIVE"
        }
    );
    let long = "x".repeat(64);
    assert!(matches!(
        refusal(&format!("WITH {long} AS (SELECT 1) SELECT * FROM {long}")),
        GuardError::Name { .. }
    ));
}

#[test]
fn functions_outside_the_list_are_refused() {
    for sql in [
        "SELECT pg_sleep(10)",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_terminate_backend(1)",
        "SELECT set_config('a', 'b', false)",
        "SELECT current_setting('data_directory')",
        "SELECT version()",
        "SELECT lo_import('/etc/passwd')",
        "SELECT nextval('s')",
        "SELECT dblink('', '')",
        "SELECT query_to_xml('DELETE FROM provinces', true, true, '')",
        "SELECT pg_catalog.lower('A')",
        "SELECT public.lower('A')",
        "SELECT \"LOWER\"('A')",
        "SELECT current_user",
        "SELECT session_user, user",
        "SELECT current_schema",
        "SELECT current_schema()",
        "SELECT repeat('x', 1000000000)",
        "SELECT lpad('x', 1000000000)",
        "SELECT lpad('x', length(name)) FROM provinces",
        "SELECT * FROM generate_series(1, 1000000000)",
        "SELECT * FROM pg_ls_dir('/')",
        "SELECT * FROM ROWS FROM (pg_ls_dir('/'))",
        "SELECT * FROM LATERAL pg_ls_dir('/')",
        "SELECT * FROM unnest(ARRAY[1])",
        "SELECT * FROM json_to_recordset('[]') AS x(a int)",
        "SELECT random()",
        "SELECT upper(pg_read_file('/etc/passwd'))",
        "SELECT name FROM provinces WHERE pg_sleep(1) IS NULL",
        "SELECT name FROM provinces ORDER BY pg_sleep(1)",
        "SELECT count(*) FILTER (WHERE pg_sleep(1) IS NULL) FROM provinces",
        "SELECT sum(1) OVER (ORDER BY pg_sleep(1)) FROM provinces",
        "SELECT string_agg(name, ',' ORDER BY pg_sleep(1)) FROM provinces",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pg_sleep(1)) FROM provinces",
        "SELECT name FROM provinces LIMIT pg_sleep(1)",
        "SELECT name FROM provinces OFFSET pg_sleep(1)",
        "SELECT CASE WHEN pg_sleep(1) IS NULL THEN 1 END",
        "SELECT name FROM provinces GROUP BY name, pg_sleep(1)",
        "SELECT DISTINCT ON (pg_sleep(1)) name FROM provinces",
        "SELECT name FROM provinces WINDOW w AS (ORDER BY pg_sleep(1))",
        "VALUES (pg_sleep(1))",
        "SELECT name FROM provinces TABLESAMPLE bernoulli(1)",
    ] {
        assert!(
            matches!(
                refusal(sql),
                GuardError::Function { .. }
                    | GuardError::Clause { .. }
                    | GuardError::Name { .. }
                    | GuardError::Syntax { .. }
            ),
            "{sql}: {}",
            refusal(sql)
        );
    }
}

#[test]
fn functional_notation_is_refused() {
    for sql in [
        "SELECT p.pg_column_size FROM provinces p",
        "SELECT provinces.row_to_json FROM provinces",
        "SELECT p.capital FROM provinces p",
        "SELECT a.b.c.name FROM provinces",
        "SELECT t.row_to_json FROM (SELECT name FROM provinces) t",
    ] {
        assert!(
            matches!(refusal(sql), GuardError::Column { .. }),
            "{sql}: {}",
            refusal(sql)
        );
    }
    assert!(matches!(
        refusal("SELECT (p).pg_column_size FROM provinces p"),
        GuardError::Expression { .. }
    ));
}

#[test]
fn casts_and_literals_that_reach_further_are_refused() {
    for sql in [
        "SELECT 'pg_authid'::regclass",
        "SELECT CAST('pg_authid' AS regclass)",
        "SELECT regclass 'pg_authid'",
        "SELECT 1::oid::regrole",
        "SELECT name::public.evil FROM provinces",
        "SELECT xml '<a/>'",
        "SELECT E'\\\\x'",
        "SELECT $$x$$",
        "SELECT $1",
        "SELECT N'x'",
        "SELECT X'00'",
        "SELECT U&'\\0061'",
        "SELECT 1 OPERATOR(pg_catalog.+) 1",
        "SELECT name COLLATE \"C\" FROM provinces",
        "SELECT @ -1",
    ] {
        refusal(sql);
    }
}

#[test]
fn no_statement_is_complex_enough_to_overflow_the_stack() {
    let deep = format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000));
    assert!(matches!(refusal(&deep), GuardError::TooComplex { .. }));
    let long = format!("SELECT 1{}", "+1".repeat(3_900));
    assert!(matches!(refusal(&long), GuardError::TooComplex { .. }));
    // The longest chain that is let through, on the small stack of a spawned thread.
    let chain = format!("SELECT 1{}", "+1".repeat(745));
    let unions = format!("SELECT 1{}", " UNION SELECT 1".repeat(490));
    let nots = format!("SELECT {}true", "NOT ".repeat(1_400));
    let checked = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || {
            passes(&chain);
            let _ = guard(&unions, &relations());
            let _ = guard(&nots, &relations());
        })
        .expect("a thread")
        .join();
    assert!(checked.is_ok());
}

#[test]
fn refusals_say_what_would_be_right() {
    for (sql, text) in [
        (
            "DROP TABLE provinces",
            "`DROP` is not accepted: only a query that reads (SELECT) is",
        ),
        (
            "SELECT * FROM secrets",
            "the relation `secrets` is not one of the tables of this connection",
        ),
        (
            "SELECT pg_sleep(1)",
            "the function `pg_sleep` is not accepted: only aggregates and functions of numbers, text, dates and json are",
        ),
        (
            "SELECT p.nama FROM provinces p",
            "there is no column `nama` in `p`",
        ),
        (
            "SELECT * FROM provinces FOR UPDATE",
            "a locking clause (FOR UPDATE, FOR SHARE) is not accepted",
        ),
    ] {
        assert_eq!(refusal(sql).to_string(), text);
    }
}
