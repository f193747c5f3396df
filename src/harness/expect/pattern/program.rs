//! A pattern as the instructions that are followed along a stream.

use super::syntax::{Leaf, Node, Pattern, Step};

/// Where an instruction stands.
pub(super) type At = usize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Instruction {
    /// Takes one event that the part fits.
    Take(usize),
    /// Goes on at each of these.
    Either(Vec<At>),
    /// The pattern is through.
    End,
}

/// A part of a pattern that takes one event at a time.
#[derive(Debug, Clone, Copy)]
pub(in crate::harness::expect) struct Part<'a> {
    /// None: any event, as one of a gap.
    pub(in crate::harness::expect) leaf: Option<&'a Leaf>,
    /// As it was written.
    pub(in crate::harness::expect) text: &'a str,
    /// Which of the pattern's own steps it belongs to.
    pub(in crate::harness::expect) step: usize,
}

/// The instructions of a pattern.
#[derive(Debug)]
pub(in crate::harness::expect) struct Program<'a> {
    pub(super) instructions: Vec<Instruction>,
    /// The parts in the order in which they are written.
    pub(in crate::harness::expect) parts: Vec<Part<'a>>,
    /// The texts of the pattern's own steps.
    pub(in crate::harness::expect) steps: Vec<&'a str>,
}

impl<'a> Program<'a> {
    pub(in crate::harness::expect) fn of(pattern: &'a Pattern) -> Self {
        let mut program = Self {
            instructions: Vec::new(),
            parts: Vec::new(),
            steps: pattern
                .steps
                .iter()
                .map(|step| step.text.as_str())
                .collect(),
        };
        for (number, step) in pattern.steps.iter().enumerate() {
            let written = Written::of(step, number, &mut program.parts);
            program.repeated(&written);
        }
        program.instructions.push(Instruction::End);
        program
    }

    /// A step as often as it may be taken.
    fn repeated(&mut self, step: &Written) {
        for _ in 0..step.least {
            self.once(step);
        }
        match step.most {
            // Each further one may be left out, and all that follow it.
            Some(most) => {
                let mut leaving = Vec::new();
                for _ in step.least..most {
                    leaving.push(self.fork());
                    self.once(step);
                }
                let end = self.instructions.len();
                for at in leaving {
                    self.instructions[at] = Instruction::Either(vec![at + 1, end]);
                }
            }
            None => {
                let again = self.fork();
                self.once(step);
                self.instructions.push(Instruction::Either(vec![again]));
                let end = self.instructions.len();
                self.instructions[again] = Instruction::Either(vec![again + 1, end]);
            }
        }
    }

    fn once(&mut self, step: &Written) {
        match &step.what {
            What::Part(part) => self.instructions.push(Instruction::Take(*part)),
            What::Gap(part) => {
                let again = self.fork();
                self.instructions.push(Instruction::Take(*part));
                self.instructions.push(Instruction::Either(vec![again]));
                let end = self.instructions.len();
                self.instructions[again] = Instruction::Either(vec![again + 1, end]);
            }
            What::Ways(ways) => {
                let fork = self.fork();
                let (mut begins, mut ends) = (Vec::new(), Vec::new());
                for way in ways {
                    begins.push(self.instructions.len());
                    way.iter().for_each(|step| self.repeated(step));
                    ends.push(self.fork());
                }
                let end = self.instructions.len();
                self.instructions[fork] = Instruction::Either(begins);
                for at in ends {
                    self.instructions[at] = Instruction::Either(vec![end]);
                }
            }
        }
    }

    /// Keeps a place for an instruction whose aim is not known yet.
    fn fork(&mut self) -> At {
        self.instructions.push(Instruction::Either(Vec::new()));
        self.instructions.len() - 1
    }
}

/// A step whose parts have their numbers: a part that is repeated stays one part.
struct Written {
    what: What,
    least: usize,
    most: Option<usize>,
}

enum What {
    Part(usize),
    Gap(usize),
    Ways(Vec<Vec<Written>>),
}

impl Written {
    fn of<'a>(step: &'a Step, number: usize, parts: &mut Vec<Part<'a>>) -> Self {
        let mut part = |leaf| {
            parts.push(Part {
                leaf,
                text: &step.text,
                step: number,
            });
            parts.len() - 1
        };
        let what = match &step.node {
            Node::Gap => What::Gap(part(None)),
            Node::One(leaf) => What::Part(part(Some(leaf))),
            Node::Group(ways) => What::Ways(
                ways.iter()
                    .map(|way| {
                        way.iter()
                            .map(|step| Self::of(step, number, parts))
                            .collect()
                    })
                    .collect(),
            ),
        };
        Self {
            what,
            least: step.least,
            most: step.most,
        }
    }
}
