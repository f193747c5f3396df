//! The images of the three services: what they are called, where they come from, and how missing ones are built.
//!
//! For each service the first of these is used: the image that its variable names (present, or pulled); the official
//! image, when the engine has it; one built here earlier; the official one, pulled, when a registry answers; one built
//! here now, from distribution packages. A Typesense image without a snapshot in its data directory gets one, once: a
//! server that starts from a snapshot is ready at once, any other needs three seconds. A Postgres image gets the seed, once
//! for each seed and scale, so that a start need not load it.

mod bake;
mod build;
mod names;
mod recipe;
mod resolve;
mod script;
mod seeded;
mod snapshot;
mod status;

pub use build::build;
pub use resolve::{ImageSource, Images, ServiceImage, resolve};
pub use status::{ImageStatus, status};

pub(super) use recipe::files as recipe_files;
pub(super) use resolve::resolve_with;
pub(super) use seeded::first_password;
