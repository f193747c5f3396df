//! Why a question is not answered, which part of it is the reason, and what can be asked instead. No claim about data.

use super::super::failure::Failure;
use super::super::language::{Conjunction, Language};
use super::super::world::World;

/// Most topics that are offered.
const MOST_TOPICS: usize = 8;

/// The answer to a question that is not answered.
pub(in super::super) fn refusal(failure: &Failure, world: &World, language: Language) -> String {
    let reason = match language {
        Language::Indonesian => indonesian(failure),
        Language::English => english(failure),
    };
    match offer(failure, world, language) {
        Some(offer) => format!("{reason}\n\n{offer}"),
        None => reason,
    }
}

fn quoted(words: &[String], language: Language, last: Conjunction) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("“{word}”")).collect();
    language.list(&words, last)
}

fn indonesian(failure: &Failure) -> String {
    let id = Language::Indonesian;
    let and = |words: &[String]| quoted(words, id, Conjunction::And);
    match failure {
        Failure::Write { words } => format!(
            "Saya hanya membaca data dan tidak mengubah apa pun, jadi {} tidak saya lakukan.",
            and(words)
        ),
        Failure::AmbiguousValue { text, options } => {
            format!(
                "“{text}” dapat berarti {}. Mana yang Anda maksud?",
                quoted(options, id, Conjunction::Or)
            )
        }
        Failure::NoSuchName {
            text,
            label,
            similar,
        } if similar.is_empty() => {
            format!(
                "Saya tidak menemukan {} bernama “{text}”, jadi pertanyaan ini tidak saya jawab.",
                id.label(label)
            )
        }
        Failure::NoSuchName {
            text,
            label,
            similar,
        } => format!(
            "Saya tidak menemukan {} bernama tepat “{text}”. Apakah maksud Anda {}?",
            id.label(label),
            quoted(similar, id, Conjunction::Or)
        ),
        Failure::WhichAggregate { label } => {
            format!(
                "Apakah maksud Anda rata-rata atau total {}? Sebutkan salah satunya.",
                id.label(label)
            )
        }
        Failure::Conflict { label, values } => format!(
            "Pertanyaan menyebut lebih dari satu {}: {}. Mana yang Anda maksud?",
            id.label(label),
            and(values)
        ),
        Failure::SumOrEach { values } => format!(
            "Apakah {} dihitung bersama-sama atau satu per satu? Sebutkan yang mana.",
            and(values)
        ),
        Failure::Contradiction { words } => format!(
            "{} tidak dapat saya gabungkan dalam satu pertanyaan.",
            and(words)
        ),
        Failure::WhichPart { label } => {
            format!(
                "Persentase {} yang mana? Sebutkan satu sifat atau satu tempat sebagai bagiannya.",
                id.label(label)
            )
        }
        Failure::Unreachable { metric, dimension } => format!(
            "Data tidak menghubungkan {} dengan {}, jadi pertanyaan ini tidak dapat saya jawab.",
            id.label(metric),
            id.label(dimension)
        ),
        Failure::WhoseProperty(said) => format!(
            "Yang memiliki {0} adalah {1}, bukan {2}. Sebutkan {0} atau {1} dalam pertanyaan.",
            id.label(&said.property),
            id.label(&said.owner),
            id.label(&said.metric)
        ),
        Failure::NotThatWay { metric, words } => {
            format!(
                "Saya tidak tahu cara menghitung {} untuk {}.",
                and(words),
                id.label(metric)
            )
        }
        Failure::TwoMetrics { labels } => format!(
            "Pertanyaan menyebut beberapa hal sekaligus ({}). Tanyakan satu per satu.",
            id.list(
                &labels
                    .iter()
                    .map(|label| id.label(label))
                    .collect::<Vec<_>>(),
                Conjunction::And
            )
        ),
        Failure::AllOfThem { label } => {
            format!(
                "Saya tidak dapat menampilkan semua kelompok, termasuk yang kosong, untuk {}.",
                id.label(label)
            )
        }
        Failure::WhatAboutIt { label } => format!(
            "Apa yang ingin Anda ketahui tentang {}? Misalnya jumlahnya.",
            id.label(label)
        ),
        Failure::NothingToRank => {
            "Saya tidak memahami apa yang harus diurutkan, dan menurut apa.".to_owned()
        }
        Failure::Unclear {
            words,
            unknown: true,
        } => format!(
            "Saya tidak memahami {} dalam pertanyaan ini, jadi saya tidak menjawabnya.",
            and(words)
        ),
        Failure::Unclear {
            words,
            unknown: false,
        } => format!(
            "Saya belum memahami peran {} dalam pertanyaan ini, jadi saya tidak menjawabnya.",
            and(words)
        ),
        Failure::OnlyValues { values } => {
            let known: Vec<_> = values
                .iter()
                .map(|(value, label)| format!("“{value}” adalah {}", id.label(label)))
                .collect();
            format!(
                "{}, tetapi saya tidak memahami apa yang harus dihitung.",
                id.list(&known, Conjunction::And)
            )
        }
        Failure::NoMetric | Failure::WrongSense => {
            "Saya tidak memahami apa yang harus dihitung.".to_owned()
        }
        Failure::NoDate { words, label } => format!(
            "Data tidak mencatat tanggal untuk {}, jadi “{words}” tidak dapat saya gunakan.",
            id.label(label)
        ),
        Failure::WhichDate { words, options } => {
            let options: Vec<_> = options.iter().map(|label| id.label(label)).collect();
            format!(
                "“{words}” menurut tanggal yang mana: {}?",
                id.list(&options, Conjunction::Or)
            )
        }
        Failure::WhichYear { words } => format!("“{words}” pada tahun berapa?"),
        Failure::NothingBefore => {
            "Pertanyaan ini melanjutkan pertanyaan lain, tetapi tidak ada pertanyaan sebelumnya yang saya pahami. \
             Tuliskan pertanyaannya secara lengkap."
                .to_owned()
        }
        Failure::TwoReadings => {
            "Pertanyaan ini dapat dibaca dengan lebih dari satu cara. Mohon perjelas.".to_owned()
        }
    }
}

fn english(failure: &Failure) -> String {
    let en = Language::English;
    let and = |words: &[String]| quoted(words, en, Conjunction::And);
    match failure {
        Failure::Write { words } => format!(
            "I only read data and change nothing, so I do not {}.",
            and(words)
        ),
        Failure::AmbiguousValue { text, options } => {
            format!(
                "“{text}” can mean {}. Which one do you mean?",
                quoted(options, en, Conjunction::Or)
            )
        }
        Failure::NoSuchName {
            text,
            label,
            similar,
        } if similar.is_empty() => {
            format!(
                "I found no {} called “{text}”, so I do not answer this question.",
                en.label(label)
            )
        }
        Failure::NoSuchName {
            text,
            label,
            similar,
        } => format!(
            "I found no {} called exactly “{text}”. Do you mean {}?",
            en.label(label),
            quoted(similar, en, Conjunction::Or)
        ),
        Failure::WhichAggregate { label } => {
            format!(
                "Do you mean the average or the total {}? Please say which.",
                en.label(label)
            )
        }
        Failure::Conflict { label, values } => {
            format!(
                "The question names more than one {}: {}. Which one do you mean?",
                en.label(label),
                and(values)
            )
        }
        Failure::SumOrEach { values } => format!(
            "Are {} counted together or one by one? Please say which.",
            and(values)
        ),
        Failure::Contradiction { words } => {
            format!("I cannot bring {} together in one question.", and(words))
        }
        Failure::WhichPart { label } => {
            format!(
                "Which part of the {}? Please name one property or one place.",
                en.label(label)
            )
        }
        Failure::Unreachable { metric, dimension } => format!(
            "The data does not connect {} with {}, so I cannot answer this question.",
            en.label(metric),
            en.label(dimension)
        ),
        Failure::WhoseProperty(said) => format!(
            "The {0} is a property of the {1}, not of {2}. Please name the {0} or the {1}.",
            en.label(&said.property),
            en.label(&said.owner),
            en.label(&said.metric)
        ),
        Failure::NotThatWay { metric, words } => format!(
            "I do not know how to compute {} for {}.",
            and(words),
            en.label(metric)
        ),
        Failure::TwoMetrics { labels } => format!(
            "The question names several things at once ({}). Please ask one by one.",
            en.list(
                &labels
                    .iter()
                    .map(|label| en.label(label))
                    .collect::<Vec<_>>(),
                Conjunction::And
            )
        ),
        Failure::AllOfThem { label } => format!(
            "I cannot list all groups, the empty ones included, for {}.",
            en.label(label)
        ),
        Failure::WhatAboutIt { label } => format!(
            "What do you want to know about {}? Their number, for example.",
            en.label(label)
        ),
        Failure::NothingToRank => {
            "I do not understand what is to be ranked, and by what.".to_owned()
        }
        Failure::Unclear {
            words,
            unknown: true,
        } => format!(
            "I do not understand {} in this question, so I do not answer it.",
            and(words)
        ),
        Failure::Unclear {
            words,
            unknown: false,
        } => {
            format!(
                "I do not understand the part that {} plays in this question, so I do not answer it.",
                and(words)
            )
        }
        Failure::OnlyValues { values } => {
            let known: Vec<_> = values
                .iter()
                .map(|(value, label)| format!("“{value}” is a {}", en.label(label)))
                .collect();
            format!(
                "{}, but I do not understand what is to be computed.",
                en.list(&known, Conjunction::And)
            )
        }
        Failure::NoMetric | Failure::WrongSense => {
            "I do not understand what is to be computed.".to_owned()
        }
        Failure::NoDate { words, label } => format!(
            "The data holds no date for {}, so I cannot use “{words}”.",
            en.label(label)
        ),
        Failure::WhichDate { words, options } => {
            let options: Vec<_> = options.iter().map(|label| en.label(label)).collect();
            format!(
                "Which date does “{words}” go by: {}?",
                en.list(&options, Conjunction::Or)
            )
        }
        Failure::WhichYear { words } => format!("“{words}” of which year?"),
        Failure::NothingBefore => {
            "This question continues another one, but there is none before it that I understood. Please ask it in full."
                .to_owned()
        }
        Failure::TwoReadings => {
            "This question can be read in more than one way. Please make it clearer.".to_owned()
        }
    }
}

/// What can be asked instead: where a question asks back, nothing.
fn offer(failure: &Failure, world: &World, language: Language) -> Option<String> {
    let asks_back = matches!(
        failure,
        Failure::AmbiguousValue { .. }
            | Failure::WhichAggregate { .. }
            | Failure::WhichPart { .. }
            | Failure::Conflict { .. }
            | Failure::SumOrEach { .. }
            | Failure::WhatAboutIt { .. }
            | Failure::WhichDate { .. }
            | Failure::WhichYear { .. }
    );
    if asks_back || world.topics.is_empty() {
        return None;
    }
    let topics: Vec<_> = world
        .topics
        .iter()
        .take(MOST_TOPICS)
        .map(|topic| language.label(topic))
        .collect();
    let topics = language.list(&topics, Conjunction::And);
    Some(match language {
        Language::Indonesian => format!(
            "Yang dapat saya jawab: jumlah, total, rata-rata, persentase, sebaran, dan peringkat dari data seperti {topics}."
        ),
        Language::English => format!(
            "What I can answer: counts, totals, averages, percentages, distributions and rankings over data such as {topics}."
        ),
    })
}
