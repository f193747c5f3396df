//! The seed: two seedings give the same bytes, every trap is there, and the agent's role can only read.

use kai_e2e::harness::{Harness, harness};
use kai_e2e::stack::{SeedScale, clone_database, drop_database, dump_digest, seed_database};
use rstest::rstest;

use crate::support::{Result, golden, query};

#[rstest]
#[case::small("0.05")]
#[case::default_size("1")]
#[tokio::test]
async fn two_seedings_give_the_same_bytes(
    #[future(awt)] harness: Harness,
    #[case] scale: SeedScale,
) -> Result {
    let postgres = &harness.stack().endpoints().postgres;
    let mut digests = Vec::new();
    for copy in ["a", "b"] {
        let name = format!("determinism_{}_{copy}", uuid::Uuid::new_v4().simple());
        seed_database(postgres, &name, &scale).await?;
        digests.push(dump_digest(postgres, &name).await?);
        drop_database(postgres, &name).await?;
    }
    assert_eq!(digests[0], digests[1]);
    Ok(())
}

/// Roles belong to the server: its other databases are in use meanwhile.
#[rstest]
#[tokio::test]
async fn seeding_one_more_database_leaves_the_readers_password_as_it_is(
    #[future(awt)] harness: Harness,
) -> Result {
    const STORED: &str = "SELECT rolpassword FROM pg_authid WHERE rolname = 'kai_reader'";
    let postgres = &harness.stack().endpoints().postgres;
    let koperasi = postgres.admin_url(&postgres.database);
    let before = query(&koperasi, STORED).await?;
    let name = format!("one_more_{}", uuid::Uuid::new_v4().simple());
    seed_database(postgres, &name, &"0.05".parse()?).await?;
    drop_database(postgres, &name).await?;
    assert_eq!(query(&koperasi, STORED).await?, before);
    Ok(())
}

/// What the reading role and everybody may do with a database itself, which copying does not copy.
const RIGHTS: &str = "SELECT string_agg(line, ', ' ORDER BY line) FROM (
    SELECT concat_ws(' ', coalesce(nullif(grantee, 0)::regrole::text, 'public'), privilege_type) AS line
    FROM pg_database, aclexplode(datacl) WHERE datname = current_database()) AS rights";

#[rstest]
#[tokio::test]
async fn a_clone_holds_the_seed_and_the_same_rights(#[future(awt)] harness: Harness) -> Result {
    let postgres = &harness.stack().endpoints().postgres;
    let name = format!("clone_{}", uuid::Uuid::new_v4().simple());
    clone_database(postgres, &name).await?;
    let (original, clone) = (
        dump_digest(postgres, &postgres.database).await?,
        dump_digest(postgres, &name).await?,
    );
    let rights = query(&postgres.admin_url(&name), RIGHTS).await?;
    let allowed = query(
        &postgres.reader_url(&name),
        "SELECT count(*) FROM cooperative",
    )
    .await;
    drop_database(postgres, &name).await?;
    assert_eq!(clone, original);
    let koperasi = postgres.admin_url(&postgres.database);
    assert_eq!(rights, query(&koperasi, RIGHTS).await?);
    let shown = rights[0][0].as_deref().unwrap_or_default();
    assert!(
        shown.contains("kai_reader CONNECT") && !shown.contains("public TEMPORARY"),
        "{shown}"
    );
    assert!(allowed.is_ok(), "{allowed:?}");
    Ok(())
}

#[rstest]
#[case::text_capitals(r"SELECT count(*) BETWEEN 120 AND 240 FROM cooperative WHERE capital IS NULL OR capital !~ '^[0-9]+(\.[0-9]+)?$'")]
#[case::codes_that_are_surrogate_ids_too(r#"SELECT count(*) > 0 FROM cooperative c JOIN provinces p ON p.province_id = c."provinceId" WHERE p.code <> c."provinceId"::text"#)]
#[case::members_gender(
    "SELECT array_agg(DISTINCT gender ORDER BY gender) = '{LAKI-LAKI,PEREMPUAN}' FROM cooperative_members"
)]
#[case::managers_gender(
    "SELECT array_agg(DISTINCT gender ORDER BY gender) = '{Laki-laki,Perempuan}' FROM cooperative_management"
)]
#[case::duplicate_village_codes(
    "SELECT count(*) - count(DISTINCT code) BETWEEN 20 AND 80 FROM villages"
)]
#[case::cooperatives_without_members(r#"SELECT count(*) > 0 FROM cooperative c WHERE NOT EXISTS (SELECT FROM cooperative_members m WHERE m."cooperativeId" = c.cooperative_id)"#)]
#[case::a_province_without_cooperatives(r#"SELECT string_agg(name, ',') = 'Papua Pegunungan' FROM provinces p WHERE NOT EXISTS (SELECT FROM cooperative c WHERE c."provinceId"::text = p.code)"#)]
#[case::real_sizes(
    "SELECT (SELECT count(*) FROM provinces) = 38 AND (SELECT count(*) FROM districts) = 514 AND (SELECT count(*) FROM cooperative) = 6000 AND (SELECT count(*) FROM cooperative_members) = 30000"
)]
#[tokio::test]
async fn trap(#[future(awt)] harness: Harness, #[case] sql: &str) -> Result {
    assert_eq!(
        golden(&harness, sql).await?,
        [[Some("t".to_owned())]],
        "{sql}"
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_bare_cast_of_the_capital_fails(#[future(awt)] harness: Harness) -> Result {
    let failed = golden(
        &harness,
        "SELECT avg(CAST(capital AS NUMERIC)) FROM cooperative",
    )
    .await;
    let error = failed.expect_err("text capitals cannot be cast");
    let state = error
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(|error| error.code());
    assert_eq!(
        state,
        Some(&tokio_postgres::error::SqlState::INVALID_TEXT_REPRESENTATION)
    );
    Ok(())
}

#[rstest]
#[case::insert("INSERT INTO provinces VALUES (99, '99', 'X')")]
#[case::writes_even_when_it_turns_read_only_off(
    "SET default_transaction_read_only = off; DELETE FROM cooperative"
)]
#[case::create("SET default_transaction_read_only = off; CREATE TABLE t (n int)")]
#[case::temporary("SET default_transaction_read_only = off; CREATE TEMPORARY TABLE t (n int)")]
#[tokio::test]
async fn the_agents_role_can_only_read(
    #[future(awt)] harness: Harness,
    #[case] sql: &str,
) -> Result {
    let postgres = harness.postgres();
    let error = query(&postgres.reader_url(&postgres.database), sql)
        .await
        .expect_err("refused");
    let state = error
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(|error| error.code().cloned());
    let refusals = [
        tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE,
        tokio_postgres::error::SqlState::READ_ONLY_SQL_TRANSACTION,
    ];
    assert!(
        state.as_ref().is_some_and(|state| refusals.contains(state)),
        "{sql}: {error}"
    );
    Ok(())
}
