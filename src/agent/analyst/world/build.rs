//! From the tools' outputs to a [`World`].

use crate::agent::catalogue::metadata::{
    DimensionMeta, Label, Metadata, Names, RelationMeta, Role,
};

use super::super::outputs::{Entry, GlossaryOutput, SchemaOutput, SchemaTable};
use super::super::sql::ident::qualified;
use super::super::tokens::words;
use super::columns::{categories, value};
use super::comments::names;
use super::{Column, ColumnValue, Dimension, Metric, Table, World};

impl World {
    /// Puts together what the schema and the glossary say. Entries whose metadata cannot be read are left out: the
    /// words that they would have explained are then not understood, and said so.
    pub fn new(schema: &SchemaOutput, glossary: &GlossaryOutput) -> Self {
        let mut world = Self::default();
        for table in &schema.tables {
            if let Some((label, mut phrases)) = names(&table.description) {
                world.topics.push(label.clone());
                phrases.push(format!("{}s", label.english()));
                world.tables.push(Table {
                    name: table.table_name.clone(),
                    phrases,
                    label,
                });
            }
        }
        for entry in &glossary.metrics {
            if let Ok(Metadata::Metric(meta)) = Metadata::from_value(&entry.metadata) {
                world.metrics.push(Metric {
                    phrases: phrases(entry),
                    sql: entry.sql.clone(),
                    meta: *meta,
                });
            }
        }
        for entry in &glossary.dimensions {
            if let Ok(Metadata::Dimension(meta)) = Metadata::from_value(&entry.metadata) {
                world.add_dimension(entry, *meta, &schema.tables);
            }
        }
        for entry in &glossary.relations {
            if let Ok(Metadata::Relation(meta)) = Metadata::from_value(&entry.metadata) {
                world.add_relation(&entry.sql, meta, &schema.tables);
            }
        }
        world.add_foreign_keys(&schema.tables);
        world.add_schema_columns(&schema.tables);
        world.add_schema_dates(&schema.tables);
        world.name_owners();
        world
    }

    /// Adds names that were looked up in the database, with the words that a question may leave out.
    pub fn add_names(&mut self, column: usize, found: Vec<String>) {
        let prefixes = self.columns[column].lookup.clone().unwrap_or_default();
        for text in found {
            if self.columns[column]
                .values
                .iter()
                .any(|known| known.text == text)
            {
                continue;
            }
            let whole = words(&text);
            let mut forms = vec![whole.clone()];
            let longest = prefixes
                .iter()
                .map(|(prefix, others)| (words(prefix), others))
                .filter(|(prefix, _)| whole.starts_with(prefix) && whole.len() > prefix.len())
                .max_by_key(|(prefix, _)| prefix.len());
            if let Some((prefix, others)) = longest {
                let rest = &whole[prefix.len()..];
                forms.push(rest.to_vec());
                forms.extend(
                    others
                        .iter()
                        .map(|other| [words(other).as_slice(), rest].concat()),
                );
            }
            self.columns[column]
                .values
                .push(ColumnValue { text, forms });
        }
    }

    fn add_dimension(&mut self, entry: &Entry, meta: DimensionMeta, tables: &[SchemaTable]) {
        if meta.role == Role::Everything {
            self.everything.extend(phrases(entry));
            return;
        }
        if meta.role == Role::Date {
            self.add_date(entry, meta);
            return;
        }
        let own: Vec<Vec<String>> = meta
            .values
            .iter()
            .flat_map(|(value, others)| std::iter::once(value).chain(others))
            .map(|form| words(form))
            .collect();
        let mut phrases = phrases(entry);
        // The glossary finds a dimension by the words for its values too; those are not its name.
        let declared: Vec<String> = phrases
            .iter()
            .filter(|phrase| !own.contains(&words(phrase)))
            .cloned()
            .collect();
        if !declared.is_empty() {
            phrases = declared;
        }
        let column = self.column_for(&entry.sql, &meta, tables);
        let (label, note) = (meta.label, meta.note);
        self.dimensions.push(Dimension {
            phrases,
            column,
            prefix: meta.prefix,
            label,
            countable: meta.countable,
            counts: meta.counts,
            note,
        });
    }

    fn column_for(&mut self, sql: &str, meta: &DimensionMeta, tables: &[SchemaTable]) -> usize {
        if let Some(index) = self.columns.iter().position(|column| column.sql == sql) {
            return index;
        }
        let values = match categories(tables, sql) {
            // Words for values that the database does not hold would make filters that find nothing.
            Some(known) => known
                .iter()
                .filter_map(|text| value(text, &meta.values))
                .collect(),
            None => meta
                .values
                .keys()
                .filter_map(|text| value(text, &meta.values))
                .collect(),
        };
        self.columns.push(Column {
            table: meta.table.clone(),
            sql: sql.to_owned(),
            key: meta.key.clone(),
            label: meta.label.clone(),
            place: false,
            inherited: meta.inherited,
            time: meta.role == Role::Time,
            values,
            lookup: None,
            note: meta.note.clone().filter(|_| meta.prefix.is_none()),
            owner: None,
        });
        self.columns.len() - 1
    }

    fn add_relation(&mut self, on: &str, meta: RelationMeta, tables: &[SchemaTable]) {
        self.graph.add(&meta.from, &meta.to, on);
        if let Some(names) = &meta.names {
            self.named
                .push((meta.to.clone(), names.sql.clone(), names.label.clone()));
        }
        if let Some(Names {
            label,
            sql,
            key,
            place,
            lookup,
            prefixes,
        }) = meta.names
        {
            let found = self.columns.iter().position(|column| column.sql == sql);
            let index = found.unwrap_or_else(|| {
                let values = categories(tables, &sql)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|text| value(text, &Default::default()))
                    .collect();
                self.columns.push(Column {
                    table: meta.to.clone(),
                    sql,
                    key: None,
                    label: Label::default(),
                    place: false,
                    inherited: true,
                    time: false,
                    values,
                    lookup: None,
                    note: None,
                    owner: None,
                });
                self.columns.len() - 1
            });
            let column = &mut self.columns[index];
            column.place = place;
            column.key.get_or_insert(key);
            column.label = label;
            if lookup {
                column.lookup = Some(prefixes.into_iter().collect());
            }
        }
    }

    /// Says of each column whose property it is.
    fn name_owners(&mut self) {
        for column in &mut self.columns {
            column.owner = self
                .named
                .iter()
                .find(|(table, sql, _)| *table == column.table && *sql != column.sql)
                .map(|(_, _, label)| label.clone());
        }
    }

    fn add_foreign_keys(&mut self, tables: &[SchemaTable]) {
        for table in tables {
            for column in &table.columns {
                if let Some((to, key)) = column
                    .foreign_key
                    .as_deref()
                    .and_then(|target| target.rsplit_once('.'))
                {
                    let to = to.rsplit('.').next().unwrap_or(to);
                    let on = format!(
                        "{} = {}",
                        qualified(to, key),
                        qualified(&table.table_name, &column.name)
                    );
                    self.graph.add(&table.table_name, to, &on);
                }
            }
        }
    }
}

/// The words that an entry is found by.
pub(super) fn phrases(entry: &Entry) -> Vec<String> {
    std::iter::once(&entry.metric)
        .chain(&entry.alias)
        .cloned()
        .collect()
}
