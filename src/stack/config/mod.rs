//! What a stack is to be: which images, how long to wait, how much data, where its files lie.
//!
//! Everything has a default; [`StackConfig::from_env`] reads the `KAI_E2E_*` variables over it. A value that cannot be
//! used is an error that names the variable, the value and what would be right; an empty value counts as unset.

mod defaults;
mod settings;
mod stack_config;
mod values;

pub use stack_config::StackConfig;
pub use values::{PostgresMajor, ProviderChoice, SeedScale};

pub(super) use defaults::user_id;
