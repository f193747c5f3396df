//! What figures are called.

use super::super::intent::Operation;
use super::super::language::Language;
use super::fact::Fact;

/// The figure's name: `jumlah koperasi`, `average initial capital of cooperatives`. Where something narrows the whole of a
/// share, its name tells part and whole apart: `percentage with gender X of members` and then `in province Y`.
pub(super) fn title(fact: &Fact, part: &[String], narrowed: bool, language: Language) -> String {
    let label = language.label(&fact.label);
    let part = part.join(" ");
    match (fact.operation, language) {
        (Operation::Count, Language::Indonesian) => format!("jumlah {label}"),
        (Operation::Count, Language::English) => format!("number of {label}"),
        (Operation::Finished | Operation::Each, _) => label.to_owned(),
        (Operation::Sum, _) => format!("total {label}"),
        (Operation::Average, _) => format!("{} {label}", language.pick("rata-rata", "average")),
        (Operation::Maximum, Language::Indonesian) => format!("{label} tertinggi"),
        (Operation::Maximum, Language::English) => format!("highest {label}"),
        (Operation::Minimum, Language::Indonesian) => format!("{label} terendah"),
        (Operation::Minimum, Language::English) => format!("lowest {label}"),
        (Operation::Share, Language::Indonesian) if narrowed => {
            format!("persentase {part} dari {label}")
        }
        (Operation::Share, Language::English) if narrowed => {
            format!("percentage {part} of {label}")
        }
        (Operation::Share, Language::Indonesian) => format!("persentase {label} {part}"),
        (Operation::Share, Language::English) => format!("percentage of {label} {part}"),
        (Operation::Makeup, Language::Indonesian) => format!("persentase dari seluruh {label}"),
        (Operation::Makeup, Language::English) => format!("percentage of all {label}"),
    }
}
