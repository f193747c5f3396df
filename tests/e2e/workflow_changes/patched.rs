use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{WorkflowContext, WorkflowResult};

use super::steps::{Steps, within};

#[workflow]
#[derive(Default)]
pub struct AnswerWorkflow;

#[workflow_methods]
impl AnswerWorkflow {
    #[run]
    pub async fn run(
        ctx: &mut WorkflowContext<Self>,
        mut question: String,
    ) -> WorkflowResult<String> {
        if ctx.patched("check-first") {
            question = ctx
                .execute_activity(Steps::check, question, within())
                .await?;
        }
        Ok(ctx
            .execute_activity(Steps::answer, question, within())
            .await?)
    }
}
