//! The path of the artefacts under the text of a panic.

use std::panic;
use std::sync::Once;

use super::mark::HEADING;
use super::test_record::TestRecord;

/// From now on a panic in a test that uses a harness is followed by the path of its artefacts. Whatever hook there was is
/// called first.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    // A panicking thread may not change the hook.
    if std::thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            previous(info);
            if let Some(test) = TestRecord::current() {
                test.failed(text(info));
                // The runner collects what a test prints, and shows it with the test that failed.
                eprintln!("{HEADING}\n{}", test.directory().display());
            }
        }));
    });
}

fn text(info: &panic::PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("a panic");
    match info.location() {
        Some(location) => format!("panicked at {location}: {said}"),
        None => format!("panicked: {said}"),
    }
}
