//! Why a catalogue cannot be used.

use std::path::PathBuf;

/// A catalogue that cannot be read, with the file and the place in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// A file or directory could not be read.
    #[error("the catalogue file `{}` cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file is no JSON of the expected shape; the source names the line.
    #[error("the catalogue file `{file}` is no list of the expected shape")]
    Json {
        /// The file's name.
        file: String,
        /// Line, column and what was expected there.
        #[source]
        source: serde_json::Error,
    },
    /// An entry of a file says something that cannot be used.
    #[error("the catalogue file `{file}`, entry {number} (`{name}`): {reason}")]
    Entry {
        /// The file's name.
        file: String,
        /// The entry's place in the list, from 1.
        number: usize,
        /// The entry's name.
        name: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// A skill's front matter cannot be used.
    #[error("the catalogue file `{file}`, line {line}: {reason}")]
    FrontMatter {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what would be right.
        reason: String,
    },
}
