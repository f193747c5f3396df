//! Short questions that continue the conversation.
//!
//! Nothing is kept between runs but the questions themselves. So the conversation is read again: its last whole question, then
//! each one that continued it, and what remains is what the short question changes. A question in between that was not
//! understood ends the thread: what is said after it may well be about it.

use super::interpret::{Interpretation, LookUp, Understood, Wording, interpret, understand};
use super::language::Language;
use super::matching::Phrasebook;
use super::places::Lookup;
use super::reading::read_fragment;
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
        let mut thread: Vec<&str> = Vec::new();
        for earlier in self.earlier {
            match self.whole(earlier, looked_up) {
                Interpretation::Query(_) => thread = vec![earlier],
                Interpretation::Lookup(lookup) => return Some(Interpretation::Lookup(lookup)),
                Interpretation::Failure(_) => match self.resolve(&thread, earlier, looked_up) {
                    Some(Interpretation::Query(_)) => thread.push(earlier),
                    Some(Interpretation::Lookup(lookup)) => {
                        return Some(Interpretation::Lookup(lookup));
                    }
                    Some(Interpretation::Failure(_)) | None => thread.clear(),
                },
            }
        }
        self.resolve(&thread, question, looked_up)
    }

    fn whole(&self, question: &str, looked_up: &mut LookUp<'_>) -> Interpretation {
        let language = self.language(question);
        interpret(self.told.world(question), question, language, looked_up)
    }

    /// What a fragment asks after a whole question and those that continued it.
    fn resolve(
        &self,
        thread: &[&str],
        fragment: &str,
        looked_up: &mut LookUp<'_>,
    ) -> Option<Interpretation> {
        let (first, continued) = thread.split_first()?;
        let before = match self.base(first, thread, fragment, looked_up) {
            Ok(before) => before?,
            Err(lookup) => return Some(Interpretation::Lookup(lookup)),
        };
        let mut understood = before;
        for next in continued.iter().chain([&fragment]) {
            match self.go_on(*understood, next, looked_up) {
                Interpretation::Query(next) => understood = next,
                other => return Some(other),
            }
        }
        Some(Interpretation::Query(understood))
    }

    /// The whole question, in a world that has the words of all that follows. It must mean there what it means alone.
    fn base(
        &self,
        first: &str,
        thread: &[&str],
        fragment: &str,
        looked_up: &mut LookUp<'_>,
    ) -> Result<Option<Box<Understood>>, Lookup> {
        let texts: Vec<&str> = thread.iter().copied().chain([fragment]).collect();
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
