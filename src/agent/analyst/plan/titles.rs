//! What figures are called.

use super::super::intent::Operation;
use super::super::language::Language;
use super::fact::Fact;

/// The figure's name: `jumlah koperasi`, `average initial capital of cooperatives`.
pub(super) fn title(fact: &Fact, part: &[String], language: Language) -> String {
    let label = language.label(&fact.label);
    let text = match (fact.operation, language) {
        (Operation::Count, Language::Indonesian) => format!("jumlah {label}"),
        (Operation::Count, Language::English) => format!("number of {label}"),
        (Operation::Finished | Operation::Each, _) => label.to_owned(),
        (Operation::Sum, _) => format!("total {label}"),
        (Operation::Average, _) => format!("{} {label}", language.pick("rata-rata", "average")),
        (Operation::Maximum, Language::Indonesian) => format!("{label} tertinggi"),
        (Operation::Maximum, Language::English) => format!("highest {label}"),
        (Operation::Minimum, Language::Indonesian) => format!("{label} terendah"),
        (Operation::Minimum, Language::English) => format!("lowest {label}"),
        (Operation::Share | Operation::Makeup, Language::Indonesian) => {
            format!("persentase {label}")
        }
        (Operation::Share | Operation::Makeup, Language::English) => {
            format!("percentage of {label}")
        }
    };
    std::iter::once(text)
        .chain(part.iter().cloned())
        .collect::<Vec<_>>()
        .join(" ")
}
