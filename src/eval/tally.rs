//! How many answers of each kind there are, and what that is worth.

use super::Verdict;

/// Counts of verdicts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Right answers.
    pub right: usize,
    /// Refusals of what has an answer.
    pub refused: usize,
    /// Wrong answers.
    pub wrong: usize,
    /// Refusals of what must not be answered.
    pub rightly_refused: usize,
    /// Answers to what must not be answered.
    pub answered: usize,
    /// Failed runs of questions that have an answer.
    pub failed: usize,
    /// Failed runs of questions that must not be answered.
    pub failed_to_refuse: usize,
}

impl Tally {
    /// Counts verdicts, each with whether its question has an answer.
    pub fn of(verdicts: impl IntoIterator<Item = (Verdict, bool)>) -> Self {
        let mut tally = Self::default();
        for (verdict, answerable) in verdicts {
            *match verdict {
                Verdict::Right => &mut tally.right,
                Verdict::Refused => &mut tally.refused,
                Verdict::Wrong => &mut tally.wrong,
                Verdict::RightlyRefused => &mut tally.rightly_refused,
                Verdict::Answered => &mut tally.answered,
                Verdict::Failed if answerable => &mut tally.failed,
                Verdict::Failed => &mut tally.failed_to_refuse,
            } += 1;
        }
        tally
    }

    /// Questions that have an answer.
    pub fn answerable(&self) -> usize {
        self.right + self.refused + self.wrong + self.failed
    }

    /// Questions that must not be answered.
    pub fn to_refuse(&self) -> usize {
        self.rightly_refused + self.answered + self.failed_to_refuse
    }

    /// All questions.
    pub fn asked(&self) -> usize {
        self.answerable() + self.to_refuse()
    }

    /// How many told somebody something wrong.
    pub fn wrong_with_confidence(&self) -> usize {
        self.wrong + self.answered
    }

    /// Right answers among the questions that have one, in percent; 100 when there is none to be had.
    pub fn right_percent(&self) -> f64 {
        percent(self.right, self.answerable())
    }

    /// Refusals among the questions that must not be answered, in percent; 100 when there are none.
    pub fn refused_percent(&self) -> f64 {
        percent(self.rightly_refused, self.to_refuse())
    }

    /// Whether nothing was wrong, and at least so many percent of either kind were as they should be.
    pub fn holds(&self, at_least: f64) -> bool {
        self.wrong_with_confidence() == 0
            && self.right_percent() >= at_least
            && self.refused_percent() >= at_least
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    match whole {
        0 => 100.0,
        whole => 100.0 * part as f64 / whole as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(right: usize, refused: usize) -> Tally {
        Tally {
            right,
            refused,
            ..Tally::default()
        }
    }

    #[test]
    fn one_wrong_answer_is_too_many_whatever_the_share() {
        let wrong = Tally {
            wrong: 1,
            ..tally(999, 0)
        };
        assert!(!wrong.holds(0.0));
        let answered = Tally {
            answered: 1,
            ..tally(999, 0)
        };
        assert!(!answered.holds(0.0));
    }

    #[test]
    fn refusals_cost_until_too_few_are_right() {
        assert!(tally(95, 5).holds(95.0));
        assert!(!tally(94, 6).holds(95.0));
        assert!(tally(94, 6).holds(94.0));
    }

    #[test]
    fn failed_runs_are_never_good() {
        let failed = Tally::of([(Verdict::Failed, true), (Verdict::Right, true)]);
        assert_eq!((failed.failed, failed.right_percent()), (1, 50.0));
        let failed = Tally::of([(Verdict::Failed, false)]);
        assert_eq!((failed.to_refuse(), failed.refused_percent()), (1, 0.0));
        assert!(!failed.holds(95.0));
    }

    #[test]
    fn nothing_asked_is_nothing_missed() {
        assert!(Tally::of([(Verdict::RightlyRefused, false)]).holds(100.0));
    }
}
