//! As much of the tar format as the engine's archives need (POSIX.1-2001 pax, section "ustar Header Block").

use std::io;

/// The size of a header, and of the unit in which contents are padded.
pub(super) const BLOCK: usize = 512;

/// The end of an archive: two empty blocks.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

/// The most that the header's eleven octal digits can say.
const LARGEST: u64 = 0o777_7777_7777;

/// One file of an archive that is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) size: u64,
}

impl Member {
    /// The block in front of the content: a plain file of root's that everybody may read.
    pub(super) fn header(&self) -> io::Result<Vec<u8>> {
        if self.size > LARGEST {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("{} has more than 8 GB", self.name),
            ));
        }
        let mut header = vec![0_u8; BLOCK];
        let mut put =
            |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, self.name);
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        put(124, &format!("{:011o}", self.size));
        put(136, "00000000000");
        put(156, "0");
        put(257, "ustar");
        put(263, "00");
        // The sum is taken with blanks in its own place.
        put(148, "        ");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        Ok(header)
    }

    /// What fills the content's last block.
    pub(super) fn padding(&self) -> Vec<u8> {
        let beyond = (self.size % BLOCK as u64) as usize;
        vec![0; (BLOCK - beyond) % BLOCK]
    }
}

/// The size in a header. A header without one, or of a file over 8 GB, counts as empty.
pub(super) fn member_size(header: &[u8]) -> usize {
    header
        .get(124..136)
        .map(String::from_utf8_lossy)
        .and_then(|digits| usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_member_is_octal() {
        let mut header = vec![0_u8; BLOCK];
        header[124..136].copy_from_slice(b"00000001750\0");

        assert_eq!(member_size(&header), 1000);
        assert_eq!(member_size(&[0; BLOCK]), 0);
        assert_eq!(member_size(b"short"), 0);
    }

    #[test]
    fn a_header_that_was_written_is_read_back() {
        let member = Member {
            name: "data.tar",
            size: 70_000_123,
        };

        let header = member.header().unwrap();

        assert_eq!(header.len(), BLOCK);
        assert_eq!(member_size(&header), 70_000_123);
        assert_eq!((70_000_123 + member.padding().len()) % BLOCK, 0);
    }
}
