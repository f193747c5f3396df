//! Snapshots of runs.

/// Compares a [`Run`](crate::harness::Run) with its reviewed snapshot (`cargo insta review`).
///
/// What is stored is [`Run::normal_form`](crate::harness::Run::normal_form). A second argument names the snapshot;
/// without one, insta names it after the test.
///
/// ```no_run
/// # async fn test(run: kai_e2e::harness::Run) {
/// kai_e2e::assert_run_snapshot!(run);
/// kai_e2e::assert_run_snapshot!("top_provinces", run);
/// # }
/// ```
#[macro_export]
macro_rules! assert_run_snapshot {
    ($name:expr, $run:expr $(,)?) => {
        $crate::harness::__insta::assert_json_snapshot!($name, $run.normal_form())
    };
    ($run:expr $(,)?) => {
        $crate::harness::__insta::assert_json_snapshot!($run.normal_form())
    };
}
