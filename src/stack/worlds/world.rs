//! One private world.

use std::{fmt, sync::Arc};

use super::{Tenant, in_background, remove, watcher::Target};
use crate::stack::{
    Endpoints, OwnedStack, PostgresEndpoint, SharedStack, StackError, clone_database,
};

/// A database and a set of collections of one harness's own.
///
/// A new one is only a name: [`World::clone_database`] makes its database, and its collections are whatever is created with
/// [`World::collection_prefix`] in front of its name. [`World::remove`] removes all of it; a world that is dropped is removed
/// in the background, and by the watcher of the stack if its process ends before.
#[must_use = "a world is removed when it is dropped"]
pub struct World {
    name: String,
    endpoints: Endpoints,
    tenant: Option<Arc<Tenant>>,
}

impl World {
    pub(super) fn new(tenant: &Arc<Tenant>, stack: &Endpoints) -> Self {
        let name = tenant.next_name();
        let mut endpoints = stack.clone();
        endpoints.postgres.database.clone_from(&name);
        Self {
            name,
            endpoints,
            tenant: Some(Arc::clone(tenant)),
        }
    }

    /// Its name, which no other world has or had.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How Postgres is reached, with the world's own database as the database.
    pub fn postgres(&self) -> &PostgresEndpoint {
        &self.endpoints.postgres
    }

    /// What goes in front of the names of its collections.
    pub fn collection_prefix(&self) -> String {
        format!("{}_", self.name)
    }

    /// Makes the world's database as a copy of the stack's seeded template.
    ///
    /// # Errors
    ///
    /// [`StackError::Database`] when the server refuses.
    pub async fn clone_database(&self) -> Result<(), StackError> {
        clone_database(&self.endpoints.postgres, &self.name).await
    }

    /// Removes the database and the collections. Close the connections to the database first: ending them takes a tenth of
    /// a second.
    ///
    /// # Errors
    ///
    /// When a service refuses or does not answer. What is left then is removed with the process.
    pub async fn remove(mut self) -> Result<(), StackError> {
        let tenant = self.tenant.take();
        removed(tenant, &self.endpoints, &self.name).await
    }

    /// Leaves everything where it is, for somebody to look at, until the stack itself goes. Gives the world's name.
    ///
    /// # Errors
    ///
    /// When the file that tells the watcher to leave it alone cannot be written.
    pub fn keep(mut self) -> Result<String, StackError> {
        if let Some(tenant) = self.tenant.take() {
            tenant.spare(&self.name)?;
        }
        Ok(std::mem::take(&mut self.name))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let Some(tenant) = self.tenant.take() else {
            return;
        };
        let (endpoints, name) = (self.endpoints.clone(), std::mem::take(&mut self.name));
        in_background(async move {
            if let Err(error) = removed(Some(tenant), &endpoints, &name).await {
                // The stack may be gone already, and the worlds with it.
                tracing::debug!(world = name, error = %crate::contract::error_chain(&error), "not removed");
            }
        });
    }
}

/// Removes a world; the watcher learns of it when that fails, and until it is clear the tenant lives.
async fn removed(
    tenant: Option<Arc<Tenant>>,
    endpoints: &Endpoints,
    name: &str,
) -> Result<(), StackError> {
    let removed = remove::world(endpoints, name).await;
    if let (Err(_), Some(tenant)) = (&removed, &tenant) {
        tenant.leave_to_the_watcher();
    }
    removed
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl SharedStack {
    /// A new private world. Registers this process with the stack when it is the first.
    ///
    /// # Errors
    ///
    /// When the watcher cannot be started, or the session's directory cannot be used.
    pub async fn new_world(&self) -> Result<World, StackError> {
        let registering = Tenant::register(self.session_directory(), Target::of(self));
        let tenant = self.tenancy().tenant(registering).await?;
        Ok(World::new(&tenant, self.endpoints()))
    }
}

impl OwnedStack {
    /// A new private world. It goes with the stack at the latest.
    pub async fn new_world(&self) -> Result<World, StackError> {
        let tenant = self.tenancy().tenant(async { Ok(Tenant::alone()) }).await?;
        Ok(World::new(&tenant, self.endpoints()))
    }
}
