//! Whether a service answers a real request.

use kai_e2e::stack::Service;
use kai_e2e::worker::{TemporalTarget, connect};
use tokio_postgres::NoTls;

/// One look; `password` is the superuser's, for Postgres.
pub async fn answers(service: Service, port: &str, password: &str) -> bool {
    match service {
        Service::Typesense => match reqwest::get(format!("http://127.0.0.1:{port}/health")).await {
            Ok(reply) => reply.text().await.is_ok_and(|text| text.contains("true")),
            Err(_) => false,
        },
        Service::Temporal => connect(&TemporalTarget::at(format!("127.0.0.1:{port}")), "bench")
            .await
            .is_ok(),
        Service::Postgres => {
            let url = format!("postgresql://postgres:{password}@127.0.0.1:{port}/postgres");
            let Ok((client, connection)) = tokio_postgres::connect(&url, NoTls).await else {
                return false;
            };
            tokio::spawn(connection);
            client.simple_query("SELECT 1").await.is_ok()
        }
    }
}
