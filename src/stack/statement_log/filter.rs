//! Which statements are of interest.

use super::LoggedStatement;

/// Which statements are of interest: those of one database, one role, one application. Empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementFilter {
    database: Option<String>,
    user: Option<String>,
    application: Option<String>,
}

impl StatementFilter {
    /// All statements of all databases.
    pub fn all() -> Self {
        Self::default()
    }

    /// Only those of one database.
    #[must_use]
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// Only those of one role.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = Some(name.into());
        self
    }

    /// Only those of connections with this `application_name`.
    #[must_use]
    pub fn application(mut self, name: impl Into<String>) -> Self {
        self.application = Some(name.into());
        self
    }

    /// Whether a statement passes.
    pub fn matches(&self, statement: &LoggedStatement) -> bool {
        let same = |wanted: &Option<String>, seen: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == seen)
        };
        same(&self.database, &statement.database)
            && same(&self.user, &statement.user)
            && same(&self.application, &statement.application_name)
    }
}
