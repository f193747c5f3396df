//! Short questions that continue the conversation.
//!
//! Nothing is kept between runs but the questions themselves. So the conversation is read again: its last whole question, then
//! each one that continued it, and what remains is what the short question changes. A question in between that was not
//! understood ends the thread: what is said after it may well be about it.

use super::clarify::clarified;
use super::failure::Failure;
use super::interpret::{Interpretation, LookUp, Understood, Wording, interpret, understand};
use super::language::Language;
use super::lexicon::{Word, lexicon};
use super::matching::Phrasebook;
use super::places::Lookup;
use super::reading::read_fragment;
use super::tokens::{tokens, without_ending, words};
use super::told::Told;

/// What is remembered of a conversation, and what was told of the domain.
pub(super) struct Thread<'a> {
    /// The questions before, oldest first.
    pub earlier: &'a [&'a str],
    /// The tools' outputs.
    pub told: &'a Told,
}

impl Thread<'_> {
    /// The language of a question; of one that tells nothing, that of those before.
    pub fn language(&self, question: &str) -> Language {
        std::iter::once(&question)
            .chain(self.earlier.iter().rev())
            .find_map(|text| Phrasebook::language(text))
            .unwrap_or_default()
    }

    /// Reads a question as one that continues those before. None when there is nothing to continue.
    pub fn continued(&self, question: &str, looked_up: &mut LookUp<'_>) -> Option<Interpretation> {
        let mut thread: Vec<String> = Vec::new();
        let mut asked_back = None;
        for earlier in self.earlier {
            let before = thread.clone();
            let read = match self.whole(earlier, looked_up) {
                Interpretation::Failure(failure) => {
                    match self.resolve(&thread, asked_back.as_ref(), earlier, looked_up) {
                        // It was about the same thing, in a way that cannot be answered.
                        Some((_, Interpretation::Failure(other)))
                            if asked_back.is_none() && other.is_understood() =>
                        {
                            Ok((before, Interpretation::Failure(other)))
                        }
                        Some((_, Interpretation::Failure(_))) | None => {
                            Err((earlier.to_string(), failure))
                        }
                        Some(resolved) => Ok(resolved),
                    }
                }
                whole => Ok((vec![earlier.to_string()], whole)),
            };
            (thread, asked_back) = match read {
                Ok((_, Interpretation::Lookup(lookup))) => {
                    return Some(Interpretation::Lookup(lookup));
                }
                Ok((read, _)) => (read, None),
                Err(refused) => (Vec::new(), Some(refused)),
            };
        }
        let resolved = self.resolve(&thread, asked_back.as_ref(), question, looked_up);
        resolved.map(|(_, interpretation)| interpretation)
    }

    /// Whether a question says that it continues another one.
    pub fn leads_on(&self, question: &str) -> bool {
        let words = words(question);
        let most = lexicon().longest().min(words.len());
        (1..=most).any(|length| lexicon().word(&words[..length]) == Some(Word::Lead))
    }

    /// Reads a whole question that points back (`anggotanya`, `koperasi tersebut`) as one that continues those before: it is
    /// about the same place. None when it stands for itself.
    pub fn referring(
        &self,
        question: &str,
        alone: &Understood,
        looked_up: &mut LookUp<'_>,
    ) -> Option<Interpretation> {
        let intent = &alone.intent;
        let says_all = !(intent.groups.is_empty() && intent.filters.is_empty());
        if says_all || !points_back(question) {
            return None;
        }
        match self.continued(question, looked_up)? {
            Interpretation::Failure(_) => None,
            continued => Some(continued),
        }
    }

    fn whole(&self, question: &str, looked_up: &mut LookUp<'_>) -> Interpretation {
        let language = self.language(question);
        interpret(self.told.world(question), question, language, looked_up)
    }

    /// What a fragment asks after a whole question and those that continued it, or as the answer to what was asked back; with
    /// the questions that it rests on.
    fn resolve(
        &self,
        thread: &[String],
        asked_back: Option<&(String, Failure)>,
        fragment: &str,
        looked_up: &mut LookUp<'_>,
    ) -> Option<(Vec<String>, Interpretation)> {
        if let Some((question, failure)) = asked_back {
            let whole = clarified(question, failure, fragment)?;
            let interpretation = self.whole(&whole, looked_up);
            return Some((vec![whole], interpretation));
        }
        let rests_on = [thread, &[fragment.to_owned()]].concat();
        let (first, continued) = rests_on
            .split_first()
            .filter(|(_, rest)| !rest.is_empty())?;
        let before = match self.base(first, &rests_on, looked_up) {
            Ok(before) => before?,
            Err(lookup) => return Some((rests_on, Interpretation::Lookup(lookup))),
        };
        let mut understood = before;
        for next in continued {
            match self.go_on(*understood, next, looked_up) {
                Interpretation::Query(next) => understood = next,
                other => return Some((rests_on, other)),
            }
        }
        Some((rests_on, Interpretation::Query(understood)))
    }

    /// The whole question, in a world that has the words of all that follows. It must mean there what it means alone.
    fn base(
        &self,
        first: &str,
        rests_on: &[String],
        looked_up: &mut LookUp<'_>,
    ) -> Result<Option<Box<Understood>>, Lookup> {
        let texts: Vec<&str> = rests_on.iter().map(String::as_str).collect();
        let world = self.told.world_of_all(&texts);
        let language = self.language(first);
        let alone = match self.whole(first, looked_up) {
            Interpretation::Query(alone) => alone,
            Interpretation::Lookup(lookup) => return Err(lookup),
            Interpretation::Failure(_) => return Ok(None),
        };
        match interpret(world, first, language, looked_up) {
            Interpretation::Query(together) if together.plan.sql == alone.plan.sql => {
                Ok(Some(together))
            }
            Interpretation::Lookup(lookup) => Err(lookup),
            _ => Ok(None),
        }
    }

    fn go_on(
        &self,
        before: Understood,
        fragment: &str,
        looked_up: &mut LookUp<'_>,
    ) -> Interpretation {
        let Understood { world, intent, .. } = before;
        let wording = Wording {
            text: fragment,
            language: self.language(fragment),
            is_fragment: true,
        };
        understand(world, wording, looked_up, &|world, units| {
            read_fragment(world, units)?.apply(world, &intent)
        })
    }
}

/// Words that point back to what was said.
const POINTERS: [&str; 6] = ["tersebut", "itu", "tadi", "their", "its", "those"];

fn points_back(question: &str) -> bool {
    tokens(question).iter().any(|token| {
        let text = token.text.as_str();
        let possessed = text.ends_with("nya") && without_ending(text).is_some();
        possessed || POINTERS.contains(&text)
    })
}
