//! Following a pattern along a stream, and how far it goes.

use super::program::{At, Instruction, Program};

/// How a pattern fits a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::harness::expect) enum Alignment {
    /// All of it fits.
    Fits,
    /// It goes so far.
    Stuck {
        /// Which part took each of the events up to there.
        taken: Vec<usize>,
        /// The parts that could have taken the next event, as they are written.
        wanted: Vec<usize>,
        /// Whether the stream could have ended there.
        or_the_end: bool,
    },
}

/// A place in the pattern that is reached with some events.
#[derive(Debug, Clone, Copy)]
struct Reached {
    at: At,
    /// How many events were taken by something else than a gap.
    named: usize,
    /// From which place of those that were reached with one event fewer.
    from: usize,
}

/// Follows a pattern along so many events; `fits(part, event)` says whether a part takes an event.
///
/// A pattern that does not fit is followed along the way that names the most events: a gap alone would always reach the end,
/// and say nothing.
pub(in crate::harness::expect) fn align(
    program: &Program<'_>,
    events: usize,
    fits: impl Fn(usize, usize) -> bool,
) -> Alignment {
    let mut seeds = vec![Reached {
        at: 0,
        named: 0,
        from: 0,
    }];
    let mut all: Vec<Vec<Reached>> = Vec::with_capacity(events + 1);
    let mut scratch = vec![None; program.instructions.len()];
    for event in 0..=events {
        let reached = closure(program, &seeds, &mut scratch);
        seeds.clear();
        if event < events {
            for (from, place) in reached.iter().enumerate() {
                let Instruction::Take(part) = program.instructions[place.at] else {
                    continue;
                };
                if fits(part, event) {
                    let gap = program.parts[part].leaf.is_none();
                    seeds.push(Reached {
                        at: place.at + 1,
                        named: place.named + usize::from(!gap),
                        from,
                    });
                }
            }
        }
        all.push(reached);
        if seeds.is_empty() {
            break;
        }
    }
    let ends = |place: &Reached| program.instructions[place.at] == Instruction::End;
    if all.len() == events + 1 && all[events].iter().any(ends) {
        return Alignment::Fits;
    }
    stuck(program, &all, events, fits)
}

/// Every place that is reached without taking an event, each by the way that names the most.
fn closure(
    program: &Program<'_>,
    seeds: &[Reached],
    scratch: &mut [Option<usize>],
) -> Vec<Reached> {
    let mut reached: Vec<Reached> = Vec::new();
    let mut left: Vec<Reached> = seeds.to_vec();
    while let Some(place) = left.pop() {
        match scratch[place.at] {
            Some(known) if reached[known].named >= place.named => continue,
            Some(known) => reached[known] = place,
            None => {
                scratch[place.at] = Some(reached.len());
                reached.push(place);
            }
        }
        if let Instruction::Either(ways) = &program.instructions[place.at] {
            left.extend(ways.iter().rev().map(|at| Reached { at: *at, ..place }));
        }
    }
    for place in &reached {
        scratch[place.at] = None;
    }
    reached
}

fn stuck(
    program: &Program<'_>,
    all: &[Vec<Reached>],
    events: usize,
    fits: impl Fn(usize, usize) -> bool,
) -> Alignment {
    // Where the pattern could not go on: a part that does not take the event, or an end before the stream's.
    let could_not = |event: usize, place: &Reached| match program.instructions[place.at] {
        Instruction::Take(part) => {
            let gap = program.parts[part].leaf.is_none();
            (!gap && (event == events || !fits(part, event))).then_some(part)
        }
        Instruction::End => (event < events).then_some(usize::MAX),
        Instruction::Either(_) => None,
    };
    let mut best: Option<((usize, usize, usize), usize)> = None;
    for (event, reached) in all.iter().enumerate() {
        for (index, place) in reached.iter().enumerate() {
            let Some(part) = could_not(event, place) else {
                continue;
            };
            let rank = (place.named, part, event);
            if best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, index));
            }
        }
    }
    // There always is one: a pattern without any gap is stuck somewhere, one that ends with a gap fits.
    let ((named, _, event), mut index) = best.unwrap_or(((0, usize::MAX, 0), 0));
    let mut wanted: Vec<usize> = all[event]
        .iter()
        .filter(|place| place.named == named)
        .filter_map(|place| could_not(event, place))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let or_the_end = wanted.last() == Some(&usize::MAX);
    wanted.retain(|part| *part != usize::MAX);
    let mut taken = Vec::with_capacity(event);
    for before in (0..event).rev() {
        index = all[before + 1][index].from;
        if let Instruction::Take(part) = program.instructions[all[before][index].at] {
            taken.push(part);
        }
    }
    taken.reverse();
    Alignment::Stuck {
        taken,
        wanted,
        or_the_end,
    }
}
