//! Single lines: what was understood, and what went wrong.

use super::super::language::Language;
use super::super::plan::Plan;
use super::super::stated::Stated;

/// How the question was understood, for the reasoning text.
pub(in super::super) fn understood(plan: &Plan, rules: &[String], language: Language) -> String {
    let mut parts = vec![plan.title.clone()];
    if !plan.scope.is_empty() {
        parts.push(plan.scope.clone());
    }
    if !plan.groups.is_empty() {
        parts.push(format!(
            "{} {}",
            language.pick("menurut", "by"),
            plan.groups.join(", ")
        ));
    }
    let mut text = format!(
        "{}: {}.",
        language.pick(
            "Saya memahami pertanyaan ini sebagai",
            "I understand the question as"
        ),
        parts.join("; ")
    );
    if !rules.is_empty() {
        text.push_str(&format!(
            " {}: {}.",
            language.pick("Aturan yang berlaku", "Rules that apply"),
            rules.join("; ")
        ));
    }
    text
}

/// That somebody's statement is taken, for the reasoning text.
pub(in super::super) fn as_stated(stated: &Stated, language: Language) -> String {
    let title = &stated.title;
    match language {
        Language::Indonesian => {
            format!("Untuk pertanyaan ini ada kueri yang sudah ditetapkan: {title}.")
        }
        Language::English => format!("There is a statement for this very question: {title}."),
    }
}

/// The query did not run.
pub(in super::super) fn nothing_ran(error: &str, language: Language) -> String {
    match language {
        Language::Indonesian => format!(
            "Kueri tidak dapat dijalankan, sehingga saya tidak dapat menjawab. Penyebabnya: {error}"
        ),
        Language::English => {
            format!("The query could not be run, so I cannot answer. The cause: {error}")
        }
    }
}
