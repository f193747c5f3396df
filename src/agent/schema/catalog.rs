//! What Postgres's own catalogue says about the tables of some schemas.

use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Transaction};

/// A table, view or materialised view that the connection's role may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) oid: u32,
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) columns: Vec<Column>,
    pub(super) constraints: Vec<Constraint>,
}

/// One of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) number: i16,
    pub(super) name: String,
    /// `format_type`: `numeric(14,2)`, `timestamp with time zone`.
    pub(super) data_type: String,
    /// `pg_type.typcategory` (`S` string, `N` number, `B` boolean, `E` enum, …).
    pub(super) category: char,
    pub(super) not_null: bool,
    pub(super) comment: String,
}

/// A primary key, unique constraint or foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Constraint {
    /// `p`, `u` or `f`.
    pub(super) kind: char,
    /// The numbers of the columns it is made of.
    pub(super) columns: Vec<i16>,
    /// What a foreign key points at: schema, table, columns.
    pub(super) target: Option<(String, String, Vec<String>)>,
    /// Postgres's own text of it.
    pub(super) definition: String,
}

const TABLES: &str = "
    SELECT c.oid, n.nspname::text, c.relname::text, coalesce(obj_description(c.oid, 'pg_class'), '')
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
       AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
     ORDER BY n.nspname, c.relname";

const COLUMNS: &str = "
    SELECT a.attrelid, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod), t.typcategory::text, a.attnotnull,
           coalesce(col_description(a.attrelid, a.attnum), '')
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY a.attrelid, a.attnum";

const CONSTRAINTS: &str = "
    SELECT k.conrelid, k.contype::text, k.conkey, fn.nspname::text, fc.relname::text,
           ARRAY(SELECT fa.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
                   JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = u.number ORDER BY u.place),
           pg_get_constraintdef(k.oid)
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_catalog.pg_class fc ON fc.oid = k.confrelid
      LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
     WHERE n.nspname = ANY ($1) AND k.contype IN ('p', 'u', 'f') AND k.conparentid = 0
     ORDER BY k.conrelid, array_position(ARRAY['p', 'u', 'f'], k.contype::text), k.conname";

/// Reads everything in three questions that are asked at once.
pub(super) async fn read(
    transaction: &Transaction<'_>,
    schemas: &[String],
) -> Result<Vec<Table>, Error> {
    let parameters: [&(dyn ToSql + Sync); 1] = [&schemas];
    let (tables, columns, constraints) = futures::try_join!(
        transaction.query(TABLES, &parameters),
        transaction.query(COLUMNS, &parameters),
        transaction.query(CONSTRAINTS, &parameters),
    )?;
    let mut read = Vec::with_capacity(tables.len());
    for row in &tables {
        read.push(Table {
            oid: row.try_get(0)?,
            schema: row.try_get(1)?,
            name: row.try_get(2)?,
            comment: row.try_get(3)?,
            columns: Vec::new(),
            constraints: Vec::new(),
        });
    }
    for row in &columns {
        if let Some(table) = of(&mut read, row.try_get(0)?) {
            table.columns.push(Column {
                number: row.try_get(1)?,
                name: row.try_get(2)?,
                data_type: row.try_get(3)?,
                category: letter(row.try_get(4)?),
                not_null: row.try_get(5)?,
                comment: row.try_get(6)?,
            });
        }
    }
    for row in &constraints {
        if let Some(table) = of(&mut read, row.try_get(0)?) {
            let target: (Option<String>, Option<String>, Vec<String>) =
                (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
            table.constraints.push(Constraint {
                kind: letter(row.try_get(1)?),
                columns: row.try_get::<_, Option<Vec<i16>>>(2)?.unwrap_or_default(),
                target: match target {
                    (Some(schema), Some(table), columns) => Some((schema, table, columns)),
                    _ => None,
                },
                definition: row.try_get(6)?,
            });
        }
    }
    Ok(read)
}

fn of(tables: &mut [Table], oid: u32) -> Option<&mut Table> {
    tables.iter_mut().find(|table| table.oid == oid)
}

fn letter(text: &str) -> char {
    text.chars().next().unwrap_or(' ')
}

impl Table {
    /// Whether the column is the primary key or a part of it.
    pub(super) fn in_primary_key(&self, column: &Column) -> bool {
        self.constraints
            .iter()
            .any(|constraint| constraint.kind == 'p' && constraint.columns.contains(&column.number))
    }

    /// `table.column` behind a foreign key of this column alone, with the schema when it is another one.
    pub(super) fn foreign_key(&self, column: &Column) -> Option<String> {
        self.constraints.iter().find_map(|constraint| {
            let (schema, table, columns) = constraint.target.as_ref()?;
            let [target] = columns.as_slice() else {
                return None;
            };
            if constraint.kind != 'f' || constraint.columns != [column.number] {
                return None;
            }
            Some(if *schema == self.schema {
                format!("{table}.{target}")
            } else {
                format!("{schema}.{table}.{target}")
            })
        })
    }

    /// The primary key's columns in order.
    pub(super) fn primary_key(&self) -> impl Iterator<Item = &Column> {
        self.constraints
            .iter()
            .filter(|constraint| constraint.kind == 'p')
            .flat_map(|constraint| &constraint.columns)
            .filter_map(|number| self.columns.iter().find(|column| column.number == *number))
    }
}
