//! One entry of the glossary, and whether it can be used.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::metadata::{Metadata, MetricMeta, Role, Shape, known_keys};

/// A business term, the words for it, and the SQL that it stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlossaryTerm {
    /// The term.
    pub metric: String,
    /// Other words for it, in any language.
    #[serde(default)]
    pub alias: Vec<String>,
    /// The SQL expression; for relations the condition of the join.
    pub sql: String,
    /// What the term is beyond its SQL; `fixtures/catalogue/README.md` lists the keys.
    pub metadata: Value,
}

impl GlossaryTerm {
    /// Reads the metadata and checks that it says all that its kind needs.
    ///
    /// # Errors
    /// What is wrong and what would be right.
    pub(super) fn check(&self) -> Result<Metadata, String> {
        let metadata =
            Metadata::from_value(&self.metadata).map_err(|error| format!("metadata: {error}"))?;
        let known = known_keys(&metadata);
        if let Some(key) = self
            .metadata
            .as_object()
            .and_then(|object| object.keys().find(|key| !known.contains(&key.as_str())))
        {
            return Err(format!(
                "metadata.{key} is no key of this kind; known are {}",
                known.join(", ")
            ));
        }
        if self.metric.trim().is_empty() {
            return Err("metric is empty; it is the term's name".to_owned());
        }
        if let Some(at) = self.alias.iter().position(|alias| alias.trim().is_empty()) {
            return Err(format!("alias[{at}] is empty"));
        }
        if self.sql.trim().is_empty()
            && !matches!(&metadata, Metadata::Dimension(d) if d.role == Role::Everything)
        {
            return Err("sql is empty".to_owned());
        }
        match &metadata {
            Metadata::Metric(metric) => check_metric(metric)?,
            Metadata::Dimension(dimension) => {
                if dimension.table.is_empty() && dimension.role != Role::Everything {
                    return Err("metadata.table is missing".to_owned());
                }
            }
            Metadata::Relation(_) | Metadata::Statement(_) => {}
        }
        Ok(metadata)
    }

    /// The words to find the entry by: its aliases and, for a dimension, the words for its values.
    pub(super) fn search_words(&self, metadata: &Metadata) -> Vec<String> {
        let mut words = self.alias.clone();
        if let Metadata::Dimension(dimension) = metadata {
            for (value, others) in &dimension.values {
                words.push(value.clone());
                words.extend(others.iter().cloned());
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        words.retain(|word| seen.insert(word.clone()));
        words
    }
}

fn check_metric(metric: &MetricMeta) -> Result<(), String> {
    let ratio = metric.shape == Shape::Ratio;
    if ratio != (metric.numerator.is_some() && metric.denominator.is_some()) {
        return Err("metadata.numerator and metadata.denominator belong to a metric of type `ratio`, both of them".to_owned());
    }
    if metric.table.is_empty() && !ratio {
        return Err("metadata.table is missing".to_owned());
    }
    if metric.key.is_some() != metric.name.is_some() {
        return Err("metadata.key and metadata.name go together".to_owned());
    }
    if metric.shape != Shape::Entity && (metric.key.is_some() || !metric.via.is_empty()) {
        return Err(
            "metadata.key, metadata.name and metadata.via belong to a metric of type `entity`"
                .to_owned(),
        );
    }
    Ok(())
}
