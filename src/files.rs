//! Files that others have written: they may have no end, or a byte order mark.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// What is longer is nothing that anybody wrote for this, such as a device that has no end.
const LONGEST: u64 = 256 * 1024 * 1024;

/// What some editors put before a text in UTF-8 (RFC 3629 §6); it is no part of the text.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The content of a file, without a byte order mark.
///
/// # Errors
/// When it cannot be read, or is longer than 256 MiB.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    whole(File::open(path)?, LONGEST)
}

/// The same, as text.
///
/// # Errors
/// As [`read`], and when it is no UTF-8.
pub(crate) fn read_to_string(path: &Path) -> Result<String> {
    text(File::open(path)?)
}

/// The text that comes from a reader, as [`read_to_string`] gives it.
///
/// # Errors
/// As [`read_to_string`].
pub(crate) fn text(from: impl Read) -> Result<String> {
    let bytes = whole(from, LONGEST)?;
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "it is no text in UTF-8"))
}

fn whole(from: impl Read, longest: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(longest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > longest {
        let reason = format!("it is longer than {} MiB", LONGEST / (1024 * 1024));
        return Err(Error::new(ErrorKind::FileTooLarge, reason));
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_refused() {
        let error = whole(std::io::repeat(b'x'), 1024).expect_err("it has no end");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert!(whole(&[b'x'; 1024][..], 1024).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_text() {
        let read = |bytes: &[u8]| text(bytes).expect("it is text");
        assert_eq!(read(b"\xEF\xBB\xBF{}"), "{}");
        assert_eq!(read(b"{}\xEF\xBB\xBF"), "{}\u{feff}");
    }

    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        let error = text(&b"\xFF\xFE"[..]).expect_err("it is no UTF-8");
        assert_eq!(error.to_string(), "it is no text in UTF-8");
    }
}
