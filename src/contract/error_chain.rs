//! An error with its causes on one line.

use std::error::Error;

/// `error: cause: cause`. A cause that its parent already ends with is left out, because many errors quote their cause.
///
/// ```
/// use std::io;
/// use kai_e2e::contract::error_chain;
///
/// let error = io::Error::other("the disk is full");
/// assert_eq!(error_chain(&error), "the disk is full");
/// ```
pub fn error_chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Fault {
        #[error("the disk is full")]
        Disk,
        #[error("the file cannot be written")]
        File(#[source] Box<Fault>),
        #[error("saving failed: {0}")]
        Quoting(#[source] Box<Fault>),
        #[error("the disk is full, said the caller")]
        Saying(#[source] Box<Fault>),
    }

    #[test]
    fn causes_follow_their_errors() {
        let error = Fault::File(Box::new(Fault::Disk));
        assert_eq!(
            error_chain(&error),
            "the file cannot be written: the disk is full"
        );
    }

    #[test]
    fn a_cause_that_is_quoted_at_the_end_is_not_repeated() {
        let error = Fault::Quoting(Box::new(Fault::File(Box::new(Fault::Disk))));
        assert_eq!(
            error_chain(&error),
            "saving failed: the file cannot be written: the disk is full"
        );
    }

    #[test]
    fn words_that_merely_occur_in_an_error_hide_no_cause() {
        let error = Fault::Saying(Box::new(Fault::Disk));
        assert_eq!(
            error_chain(&error),
            "the disk is full, said the caller: the disk is full"
        );
    }
}
