//! What a look-up found, as the model is told.

use futures::future::FutureExt;
use serde::Serialize;

use super::outcome::{Outcome, ToolError};
use super::tool::Running;

/// The longest output of a look-up. A model that is given more at once only loses its way in it.
const MAX_OUTPUT_BYTES: usize = 512 * 1024;

/// The output that says what was found, as JSON.
pub(super) fn found<'a, T: Serialize>(
    look: impl Future<Output = Result<T, ToolError>> + Send + 'a,
) -> Running<'a> {
    look.map(|found| bounded(Outcome::success(found?)?)).boxed()
}

fn bounded(outcome: Outcome) -> Result<Outcome, ToolError> {
    let bytes = outcome.output.len();
    if bytes <= MAX_OUTPUT_BYTES {
        return Ok(outcome);
    }
    Err(ToolError::Failed(format!(
        "the output would have {bytes} bytes; at most {MAX_OUTPUT_BYTES} are given at once: ask for a part of it, such \
         as one table or one metric"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_output_that_is_too_long_is_refused_with_advice() {
        let long = |bytes: usize| {
            let outcome = Outcome::success(json!({"text": "x".repeat(bytes)}));
            bounded(outcome.expect("an output"))
        };
        assert!(long(1000).is_ok());
        match long(MAX_OUTPUT_BYTES) {
            Err(ToolError::Failed(said)) => assert!(said.contains("ask for a part"), "{said}"),
            other => panic!("{other:?}"),
        }
    }
}
