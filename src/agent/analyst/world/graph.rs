//! The many-to-one joins as a graph: from the rows of one table to the one row of another that each belongs to.
//!
//! Following it never multiplies rows, which is why figures over joined tables stay right.

use std::collections::{BTreeMap, VecDeque};

/// A join of one more table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Join {
    /// The table that is joined.
    pub table: String,
    /// The condition.
    pub on: String,
}

/// Why there is no way between two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum NoPath {
    /// Rows of the one do not belong to one row of the other.
    None,
    /// Two ways are equally short and could mean different things.
    Ambiguous,
}

/// The joins by the table they start from.
#[derive(Debug, Default)]
pub(in super::super) struct Graph {
    edges: BTreeMap<String, Vec<Join>>,
}

impl Graph {
    /// Adds a join. The first between two tables wins: the catalogue is read before the foreign keys.
    pub fn add(&mut self, from: &str, to: &str, on: &str) {
        let edges = self.edges.entry(from.to_owned()).or_default();
        if from != to && edges.iter().all(|edge| edge.table != to) {
            edges.push(Join {
                table: to.to_owned(),
                on: on.to_owned(),
            });
        }
    }

    /// The shortest way from one table to another; empty when they are the same.
    pub fn path(&self, from: &str, to: &str) -> Result<Vec<Join>, NoPath> {
        // Breadth first, counting the shortest ways to each table.
        let mut reached: BTreeMap<&str, (usize, usize, Vec<Join>)> = BTreeMap::new();
        reached.insert(from, (0, 1, Vec::new()));
        let mut queue = VecDeque::from([from]);
        while let Some(table) = queue.pop_front() {
            let (length, ways, path) = reached[table].clone();
            for edge in self.edges.get(table).into_iter().flatten() {
                match reached.get_mut(edge.table.as_str()) {
                    Some((known, count, _)) if *known == length + 1 => *count += ways,
                    Some(_) => {}
                    None => {
                        let mut path = path.clone();
                        path.push(edge.clone());
                        reached.insert(&edge.table, (length + 1, ways, path));
                        queue.push_back(&edge.table);
                    }
                }
            }
        }
        match reached.remove(to) {
            None => Err(NoPath::None),
            Some((_, 1, path)) => Ok(path),
            Some(_) => Err(NoPath::Ambiguous),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let mut graph = Graph::default();
        for (from, to) in [
            ("loan", "book"),
            ("loan", "reader"),
            ("book", "branch"),
            ("reader", "branch"),
            ("branch", "city"),
        ] {
            graph.add(from, to, &format!("{to}.id = {from}.{to}_id"));
        }
        graph
    }

    #[test]
    fn finds_the_shortest_way() {
        let path = graph().path("book", "city").expect("a way");
        let tables: Vec<_> = path.iter().map(|join| join.table.as_str()).collect();
        assert_eq!(tables, ["branch", "city"]);
        assert_eq!(graph().path("book", "book"), Ok(vec![]));
    }

    #[test]
    fn never_goes_from_one_to_many() {
        assert_eq!(graph().path("book", "loan"), Err(NoPath::None));
    }

    #[test]
    fn refuses_to_pick_between_two_ways() {
        assert_eq!(graph().path("loan", "branch"), Err(NoPath::Ambiguous));
        assert_eq!(graph().path("loan", "city"), Err(NoPath::Ambiguous));
    }

    #[test]
    fn keeps_the_first_join_between_two_tables() {
        let mut graph = graph();
        graph.add("loan", "book", "wrong");
        assert_eq!(
            graph.path("loan", "book").expect("a way")[0].on,
            "book.id = loan.book_id"
        );
    }
}
