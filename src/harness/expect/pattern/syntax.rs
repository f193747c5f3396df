//! What a pattern consists of.

use crate::harness::expect::{Is, Path};

/// A whole pattern.
#[derive(Debug, Clone)]
pub(in crate::harness::expect) struct Pattern {
    /// As it was written; columns count in it.
    pub(in crate::harness::expect) written: String,
    pub(super) steps: Vec<Step>,
}

/// One step, and how often it is taken.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) node: Node,
    pub(super) least: usize,
    /// None: any number.
    pub(super) most: Option<usize>,
    /// As it was written, with how often.
    pub(super) text: String,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Any number of events.
    Gap,
    One(Leaf),
    /// One of several sequences.
    Group(Vec<Vec<Step>>),
}

/// One event.
#[derive(Debug, Clone, Default)]
pub(in crate::harness::expect) struct Leaf {
    /// Its type; none: any.
    pub(in crate::harness::expect) kind: Option<Name>,
    /// Any of these tools; empty: any tool, or none.
    pub(in crate::harness::expect) tools: Vec<Name>,
    /// What its arguments, output or fields are.
    pub(in crate::harness::expect) wanted: Vec<Wanted>,
}

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::harness::expect) struct Name {
    pub(in crate::harness::expect) text: String,
    /// Counted in characters from 1.
    pub(in crate::harness::expect) column: usize,
}

/// A value that is asked for.
#[derive(Debug, Clone)]
pub(in crate::harness::expect) struct Wanted {
    pub(in crate::harness::expect) path: Path,
    pub(in crate::harness::expect) is: Is,
}

impl Pattern {
    /// Every single event that it names, in the order in which it is written.
    pub(in crate::harness::expect) fn leaves(&self) -> Vec<&Leaf> {
        fn collect<'a>(steps: &'a [Step], into: &mut Vec<&'a Leaf>) {
            for step in steps {
                match &step.node {
                    Node::Gap => {}
                    Node::One(leaf) => into.push(leaf),
                    Node::Group(ways) => ways.iter().for_each(|way| collect(way, into)),
                }
            }
        }
        let mut leaves = Vec::new();
        collect(&self.steps, &mut leaves);
        leaves
    }

    /// The one event that it consists of; none when it is more than that.
    pub(in crate::harness::expect) fn single(&self) -> Option<&Leaf> {
        match &self.steps[..] {
            [
                Step {
                    node: Node::One(leaf),
                    least: 1,
                    most: Some(1),
                    ..
                },
            ] => Some(leaf),
            _ => None,
        }
    }
}
