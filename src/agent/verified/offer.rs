//! Which verified statements are offered for a question.

use serde::Serialize;

use super::VerifiedSql;
use crate::agent::sql::{Relations, guard};
use crate::agent::words::{likeness, same_words};

/// Most statements that are offered.
const MOST_OFFERED: usize = 3;
/// How much a question must have in common with the verified one, of 1.
const LIKE_ENOUGH: f64 = 0.5;

/// A verified statement that may answer the question.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Offered {
    /// The question that it is known to answer.
    pub(crate) prompt_text: String,
    /// The statement as it would be sent.
    pub(crate) sql: String,
    /// What it is sorted by.
    pub(crate) labels: Vec<String>,
    /// How near the two questions are.
    #[serde(rename = "match")]
    pub(crate) kind: Match,
}

/// How near two questions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Match {
    /// The same words.
    Exact,
    /// Many of the same words: it may or may not ask the same.
    Similar,
}

/// The statements for a question, the nearest first. What the guard refuses is not among them.
pub(crate) fn offer(
    question: &str,
    verified: Vec<VerifiedSql>,
    relations: &Relations,
) -> Vec<Offered> {
    let mut near: Vec<(Match, f64, VerifiedSql)> = verified
        .into_iter()
        .filter_map(|entry| {
            let like = likeness(question, &entry.prompt_text);
            let exact = same_words(question, &entry.prompt_text);
            let kind = if exact { Match::Exact } else { Match::Similar };
            (exact || like >= LIKE_ENOUGH).then_some((kind, like, entry))
        })
        .collect();
    near.sort_by(|(kind, like, entry), (other, less, second)| {
        kind.cmp(other)
            .then(less.total_cmp(like))
            .then_with(|| entry.id.cmp(&second.id))
    });
    let guarded =
        near.into_iter()
            .filter_map(|(kind, _, entry)| match guard(&entry.sql, relations) {
                Ok(query) => Some(Offered {
                    prompt_text: entry.prompt_text,
                    sql: query.sql().to_owned(),
                    labels: entry.labels,
                    kind,
                }),
                Err(error) => {
                    tracing::warn!(id = entry.id, %error, "verified SQL is refused by the guard");
                    None
                }
            });
    guarded.take(MOST_OFFERED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::documents::TableDescription;
    use serde_json::json;

    fn relations() -> Relations {
        let table: TableDescription = serde_json::from_value(json!({
            "id": "c.public.loan", "db_connection_id": "c", "db_schema": "public", "table_name": "loan",
            "columns": [{"name": "days", "data_type": "integer"}]
        }))
        .expect("a table");
        Relations::of([&table])
    }

    fn entry(id: &str, prompt: &str, sql: &str) -> VerifiedSql {
        VerifiedSql {
            id: id.to_owned(),
            db_connection_id: "c".to_owned(),
            prompt_text: prompt.to_owned(),
            sql: sql.to_owned(),
            labels: vec!["x".to_owned()],
            created_at: 0,
        }
    }

    #[test]
    fn the_same_question_comes_first_and_others_do_not_come() {
        let verified = vec![
            entry("1", "Berapa lama pinjam per cabang?", "SELECT 1"),
            entry("2", "Berapa lama pinjam?", "select   AVG(days) from loan"),
            entry("3", "Berapa buku?", "SELECT 2"),
        ];
        let offered = offer("berapa LAMA pinjam", verified, &relations());
        let found: Vec<_> = offered.iter().map(|o| (o.sql.as_str(), o.kind)).collect();
        assert_eq!(
            found,
            [
                ("SELECT AVG(days) FROM loan", Match::Exact),
                ("SELECT 1", Match::Similar)
            ]
        );
        assert_eq!(
            serde_json::to_value(&offered[0]).expect("serialises")["match"],
            "exact"
        );
    }

    #[test]
    fn what_the_guard_refuses_is_not_offered() {
        for sql in [
            "DELETE FROM loan",
            "SELECT 1; DROP TABLE loan",
            "SELECT * FROM pg_shadow",
            "SELECT pg_sleep(10) FROM loan",
            "SELECT days FROM loan FOR UPDATE",
            "no sql",
        ] {
            let offered = offer("apa", vec![entry("1", "apa", sql)], &relations());
            assert_eq!(offered, [], "{sql}");
        }
    }
}
