//! Session ids in URLs and file names.

use std::fmt::Write as _;

/// A text as one segment of a URL's path (RFC 3986: everything but the unreserved characters is encoded).
pub(super) fn percent_encode(text: &str) -> String {
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                segment.push(char::from(byte));
            }
            byte => {
                // Writing to memory cannot fail.
                let _ = write!(segment, "%{byte:02X}");
            }
        }
    }
    segment
}
