//! Conversations over Temporal and the stream: short questions are understood after whole ones, and only there.

use kai_e2e::harness::{Harness, Run, harness};
use rstest::rstest;

use crate::questions::assert_same_rows;
use crate::support::{CANONICAL, Result, golden};

async fn asked(harness: &Harness, conversation: &str, prompt: &str) -> Result<Run> {
    Ok(harness.ask(prompt).continuing(conversation).await?)
}

/// The rows of `top 5` by average capital, from either end.
pub fn by_capital(direction: &str, limit: u32) -> String {
    format!(
        r#"SELECT p.name, round(avg(c.capital::numeric), 2)
             FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text
            WHERE c.capital ~ '^[0-9]+(\.[0-9]+)?$' GROUP BY p.name ORDER BY 2 {direction} LIMIT {limit}"#
    )
}

#[rstest]
#[tokio::test]
async fn a_short_question_continues_the_one_before(#[future(awt)] harness: Harness) -> Result {
    let first = asked(&harness, "talk", CANONICAL).await?;
    first.check()?;
    first.expect_events(
        "skill_loaded … tool_end(sql_query) sql_result chart_config … tool_end(suggest_follow_ups) token+ suggestions done",
    )?;
    assert_same_rows(&first, &golden(&harness, &by_capital("DESC", 5)).await?);

    let lowest = asked(&harness, "talk", "kalau yang terendah?").await?;
    lowest.check()?;
    lowest.expect_events("memory_loaded … token+ suggestions done")?;
    assert_same_rows(&lowest, &golden(&harness, &by_capital("ASC", 5)).await?);

    let three = asked(&harness, "talk", "kalau 3?").await?;
    assert_same_rows(&three, &golden(&harness, &by_capital("ASC", 3)).await?);

    let bali = asked(&harness, "talk", "bagaimana dengan Bali?").await?;
    bali.check()?;
    let capital = golden(
        &harness,
        r#"SELECT round(avg(c.capital::numeric), 2) FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text
            WHERE c.capital ~ '^[0-9]+(\.[0-9]+)?$' AND p.name = 'Bali'"#,
    )
    .await?;
    assert_same_rows(&bali, &capital);
    Ok(())
}

#[rstest]
#[case::nothing_before("fresh")]
#[case::another_conversation("talk 2")]
#[case::one_whose_id_is_a_filter("x` || session_id:=`talk")]
#[tokio::test]
async fn without_the_question_before_it_says_nothing(
    #[future(awt)] harness: Harness,
    #[case] conversation: &str,
) -> Result {
    asked(&harness, "talk", "Berapa jumlah koperasi di Bali?")
        .await?
        .check()?;
    let run = asked(&harness, conversation, "bagaimana dengan Aceh?").await?;
    let result = run.result()?;
    assert_eq!(
        result.sql_queries,
        Vec::<String>::new(),
        "{}",
        result.final_answer
    );
    assert!(
        !run.event_kinds().contains(&"memory_loaded"),
        "{:?}",
        run.event_kinds()
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn a_question_in_english_is_continued_in_english(#[future(awt)] harness: Harness) -> Result {
    asked(&harness, "en", "How many cooperatives are in Bali?")
        .await?
        .check()?;
    let run = asked(&harness, "en", "and in Aceh?").await?;
    run.check()?;
    let count = golden(
        &harness,
        r#"SELECT count(*) FROM cooperative c JOIN provinces p ON p.code = c."provinceId"::text WHERE p.name = 'Aceh'"#,
    )
    .await?;
    assert_same_rows(&run, &count);
    assert!(
        run.result()?
            .final_answer
            .starts_with("The number of cooperatives in province Aceh is")
    );
    Ok(())
}

#[rstest]
#[tokio::test]
async fn the_same_conversation_over_another_connection_is_another(
    #[future(awt)] harness: Harness,
) -> Result {
    asked(&harness, "talk", "Berapa jumlah koperasi di Bali?")
        .await?
        .check()?;
    let uri = harness.postgres().reader_url(&harness.postgres().database);
    let other = harness.connect_database(&uri).await?;
    let run = harness
        .ask("bagaimana dengan Aceh?")
        .continuing("talk")
        .connection(other)
        .await?;
    assert_eq!(run.result()?.sql_queries, Vec::<String>::new());
    assert!(
        !run.event_kinds().contains(&"memory_loaded"),
        "{:?}",
        run.event_kinds()
    );
    Ok(())
}
