//! `kai-e2e eval`: how often a model is right.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Exit;
use super::args::StackArgs;
use super::console::{StandardError, out};
use super::model_args::ModelArgs;
use super::stack::on_own_stack;
use crate::contract::error_chain;
use crate::eval::{EvalError, Evaluation, Pace, Questions, QuestionsError, evaluate};
use crate::report::{eval_json, eval_text};
use crate::stack::Progress;

/// After how many questions a progress line is written.
const TOLD_EVERY: usize = 50;

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    #[command(flatten)]
    stack: StackArgs,
    #[command(flatten)]
    model: ModelArgs,
    /// A file of questions, one JSON object `{id, question, sql}` a line; may be given several times. Without it the questions
    /// that come with this program are asked.
    #[arg(long, value_name = "FILE")]
    questions: Vec<PathBuf>,
    /// Ask this question only; may be given several times.
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How many questions are asked at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    at_once: u16,
    /// How many percent of the questions that have an answer must be answered rightly, and of the others be refused. A wrong
    /// answer is one too many whatever this is.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = percent)]
    at_least: f64,
    /// Text for people, or one JSON object `{held, at_least, took_ms, all, files, questions}`.
    #[arg(long, value_enum, default_value_t = EvalFormat::Text)]
    format: EvalFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EvalFormat {
    Text,
    Json,
}

pub(super) async fn eval(args: EvalArgs) -> Result<(), Exit> {
    // What is wrong with the questions is said before anything is started.
    let questions = match args.questions.is_empty() {
        true => Questions::built_in()?,
        false => Questions::read(&args.questions)?,
    };
    let questions = questions.only(&args.only)?;
    let stack = args.stack.config()?;
    let model = args.model.open(&stack).await?;
    let told = |done: usize, of: usize| {
        if done.is_multiple_of(TOLD_EVERY) && done < of {
            StandardError.line(&format!("{done} of {of} questions are answered"));
        }
    };
    let evaluation = on_own_stack(&stack, model.settings()?, async |harness| {
        let pace = Pace {
            at_once: usize::from(args.at_once),
            told: &told,
        };
        Ok(evaluate(harness, &questions, pace).await?)
    })
    .await?;
    out(&match args.format {
        EvalFormat::Text => eval_text(&evaluation, args.at_least),
        EvalFormat::Json => eval_json(&evaluation, args.at_least).to_string(),
    });
    verdict(&evaluation, args.at_least)
}

fn verdict(evaluation: &Evaluation, at_least: f64) -> Result<(), Exit> {
    let tally = evaluation.tally();
    match tally.wrong_with_confidence() {
        0 if tally.holds(at_least) => Ok(()),
        0 => Err(Exit::NotHeld(format!(
            "{:.1} % are right and {:.1} % rightly refused; at least {at_least} % are wanted",
            tally.right_percent(),
            tally.refused_percent()
        ))),
        wrong => Err(Exit::WrongWithConfidence(wrong)),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|it| (0.0..=100.0).contains(it));
    number.ok_or_else(|| "it must be a number from 0 to 100".to_owned())
}

impl From<QuestionsError> for Exit {
    fn from(error: QuestionsError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<EvalError> for Exit {
    fn from(error: EvalError) -> Self {
        match error {
            EvalError::Questions(error) => error.into(),
            EvalError::Harness(error) => error.into(),
            error => Self::Environment(error_chain(&error)),
        }
    }
}
