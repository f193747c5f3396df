use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{WorkflowContext, WorkflowResult};

use super::steps::{Steps, within};

#[workflow]
#[derive(Default)]
pub struct AnswerWorkflow;

#[workflow_methods]
impl AnswerWorkflow {
    #[run]
    pub async fn run(ctx: &mut WorkflowContext<Self>, question: String) -> WorkflowResult<String> {
        Ok(ctx
            .execute_activity(Steps::answer, question, within())
            .await?)
    }
}
