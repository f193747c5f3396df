//! The activities of the guide's workflow.

use std::time::Duration;

use temporalio_macros::activities;
use temporalio_sdk::ActivityOptions;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

pub struct Steps;

#[activities]
impl Steps {
    #[activity]
    pub async fn check(_: ActivityContext, question: String) -> Result<String, ActivityError> {
        Ok(question.trim().to_owned())
    }

    #[activity]
    pub async fn answer(_: ActivityContext, question: String) -> Result<String, ActivityError> {
        Ok(format!("`{question}` is answered"))
    }
}

pub fn within() -> ActivityOptions {
    ActivityOptions::start_to_close_timeout(Duration::from_secs(10))
}
