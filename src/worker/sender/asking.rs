//! A question that goes on being asked while something else takes its time.

use std::pin::pin;
use std::time::Duration;

use tokio::time::Instant;

/// How old a "no" may be when it is acted upon.
const FRESH: Duration = Duration::from_secs(1);

/// Waits for something, and asks meanwhile until the answer is yes: a "no" of before it took its time may not be true any more.
pub(super) async fn asking<T, Asked: Future<Output = bool>>(
    it: impl Future<Output = T>,
    ask: impl Fn() -> Asked,
) -> (T, bool) {
    let mut it = pin!(it);
    let mut over = None;
    loop {
        let since = Instant::now();
        let answer = {
            let mut asked = pin!(ask());
            loop {
                tokio::select! {
                    answer = &mut asked => break answer,
                    done = &mut it, if over.is_none() => over = Some(done),
                }
            }
        };
        match over {
            Some(done) => return (done, answer),
            None if answer => return (it.await, true),
            None => {}
        }
        if let Ok(done) = tokio::time::timeout_at(since + FRESH, &mut it).await {
            return (done, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use rstest::rstest;
    use tokio::time::sleep;

    use super::*;

    /// What comes of something that takes so many milliseconds, with a question that takes 100 and whose n-th answer is yes; and
    /// how often it was asked.
    async fn asked(takes: u64, yes: u32) -> (bool, u32) {
        let asked = Cell::new(0);
        let ask = || async {
            sleep(Duration::from_millis(100)).await;
            asked.set(asked.get() + 1);
            asked.get() == yes
        };
        let it = async {
            sleep(Duration::from_millis(takes)).await;
            "done"
        };
        let (done, answer) = asking(it, ask).await;
        assert_eq!(done, "done");
        (answer, asked.get())
    }

    #[rstest]
    #[case::quick(10, 0, (false, 1))]
    #[case::quick_and_yes(10, 1, (true, 1))]
    #[case::within_a_second(900, 2, (false, 1))]
    #[case::longer(1_900, 2, (true, 2))]
    #[case::no_all_the_time(4_500, 0, (false, 5))]
    #[case::no_more_questions_after_a_yes(4_500, 2, (true, 2))]
    #[tokio::test(start_paused = true)]
    async fn a_no_is_at_most_a_second_old(
        #[case] takes: u64,
        #[case] yes: u32,
        #[case] expected: (bool, u32),
    ) {
        assert_eq!(asked(takes, yes).await, expected);
    }
}
