//! Reading a catalogue from files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::CatalogueError;
use super::front_matter::FrontMatter;
use super::glossary::GlossaryTerm;
use super::{embedded, metadata::Metadata};

const INSTRUCTIONS: &str = "instructions.json";
const GLOSSARY: &str = "glossary.json";
const VERIFIED: &str = "verified.json";
const SKILLS: &str = "skills";
const SKILL: &str = "SKILL.md";
const SKILL_KEYS: [&str; 6] = ["id", "name", "description", "category", "tags", "active"];

/// A rule that the agent must follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueInstruction {
    /// When it applies.
    pub condition: String,
    /// What it says.
    pub rules: String,
    /// Whether it applies to every question.
    #[serde(default)]
    pub is_default: bool,
}

/// A question with SQL that is known to answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueVerified {
    /// The question.
    pub prompt_text: String,
    /// The statement.
    pub sql: String,
    /// Anything to sort it by.
    #[serde(default)]
    pub labels: Vec<String>,
}

/// A procedure for a kind of question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueSkill {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// A group of skills.
    pub category: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether it is in use; `active: false` keeps it out.
    pub active: bool,
    /// The procedure.
    pub content: String,
}

/// Everything that the agent is told about a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    pub(super) instructions: Vec<CatalogueInstruction>,
    pub(super) glossary: Vec<(GlossaryTerm, Metadata)>,
    pub(super) verified: Vec<CatalogueVerified>,
    pub(super) skills: Vec<CatalogueSkill>,
}

impl Catalogue {
    /// The catalogue that is built in: the koperasi domain.
    ///
    /// # Errors
    /// Never with the files of this crate, which a test proves; the same as [`Catalogue::from_dir`] otherwise.
    pub fn embedded() -> Result<Self, CatalogueError> {
        Self::from_files(
            embedded::FILES
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    /// Reads `instructions.json`, `glossary.json`, `verified.json` and `skills/*/SKILL.md` of a directory. The last two may be
    /// missing.
    ///
    /// # Errors
    /// When a file is missing or says something that cannot be used: the error names the file and the line or entry.
    pub fn from_dir(path: &Path) -> Result<Self, CatalogueError> {
        let mut files = BTreeMap::new();
        for name in [INSTRUCTIONS, GLOSSARY] {
            files.insert(name.to_owned(), read(&path.join(name))?);
        }
        let verified = path.join(VERIFIED);
        if verified.exists() {
            files.insert(VERIFIED.to_owned(), read(&verified)?);
        }
        let skills = path.join(SKILLS);
        if skills.is_dir() {
            let entries = std::fs::read_dir(&skills).map_err(|source| CatalogueError::Read {
                path: skills.clone(),
                source,
            })?;
            for entry in entries {
                let entry = entry.map_err(|source| CatalogueError::Read {
                    path: skills.clone(),
                    source,
                })?;
                if entry.path().is_dir() {
                    let folder = entry.file_name().to_string_lossy().into_owned();
                    let name = format!("{SKILLS}/{folder}/{SKILL}");
                    files.insert(name, read(&entry.path().join(SKILL))?);
                }
            }
        }
        Self::from_files(files)
    }

    /// The rules.
    pub fn instructions(&self) -> &[CatalogueInstruction] {
        &self.instructions
    }

    /// The terms.
    pub fn glossary(&self) -> impl Iterator<Item = &GlossaryTerm> {
        self.glossary.iter().map(|(term, _)| term)
    }

    /// The questions whose SQL is known.
    pub fn verified(&self) -> &[CatalogueVerified] {
        &self.verified
    }

    /// The procedures.
    pub fn skills(&self) -> &[CatalogueSkill] {
        &self.skills
    }

    fn from_files(files: BTreeMap<String, String>) -> Result<Self, CatalogueError> {
        let text = |name: &str| files.get(name).map(String::as_str).unwrap_or_default();
        let skills = files
            .iter()
            .filter(|(name, _)| name.starts_with(SKILLS))
            .map(|(name, text)| skill(name, text))
            .collect::<Result<Vec<_>, _>>()?;
        unique("skills", skills.iter().map(|skill| skill.id.as_str()))?;
        Ok(Self {
            instructions: instructions(text(INSTRUCTIONS))?,
            glossary: glossary(text(GLOSSARY))?,
            verified: match files.get(VERIFIED) {
                Some(text) => verified(text)?,
                None => Vec::new(),
            },
            skills,
        })
    }
}

fn read(path: &Path) -> Result<String, CatalogueError> {
    crate::files::read_to_string(path).map_err(|source| CatalogueError::Read {
        path: path.to_owned(),
        source,
    })
}

fn list<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<Vec<T>, CatalogueError> {
    serde_json::from_str(text).map_err(|source| CatalogueError::Json {
        file: file.to_owned(),
        source,
    })
}

fn instructions(text: &str) -> Result<Vec<CatalogueInstruction>, CatalogueError> {
    let instructions: Vec<CatalogueInstruction> = list(INSTRUCTIONS, text)?;
    for (index, instruction) in instructions.iter().enumerate() {
        if instruction.rules.trim().is_empty() {
            return Err(CatalogueError::Entry {
                file: INSTRUCTIONS.to_owned(),
                number: index + 1,
                name: instruction.condition.clone(),
                reason: "rules is empty".to_owned(),
            });
        }
    }
    Ok(instructions)
}

fn glossary(text: &str) -> Result<Vec<(GlossaryTerm, Metadata)>, CatalogueError> {
    let terms: Vec<GlossaryTerm> = list(GLOSSARY, text)?;
    unique(GLOSSARY, terms.iter().map(|term| term.metric.as_str()))?;
    terms
        .into_iter()
        .enumerate()
        .map(|(index, term)| match term.check() {
            Ok(metadata) => Ok((term, metadata)),
            Err(reason) => Err(CatalogueError::Entry {
                file: GLOSSARY.to_owned(),
                number: index + 1,
                name: term.metric,
                reason,
            }),
        })
        .collect()
}

fn verified(text: &str) -> Result<Vec<CatalogueVerified>, CatalogueError> {
    let verified: Vec<CatalogueVerified> = list(VERIFIED, text)?;
    unique(
        VERIFIED,
        verified.iter().map(|entry| entry.prompt_text.as_str()),
    )?;
    for (index, entry) in verified.iter().enumerate() {
        let empty = |key, text: &str| text.trim().is_empty().then(|| format!("{key} is empty"));
        if let Some(reason) = empty("prompt_text", &entry.prompt_text).or(empty("sql", &entry.sql))
        {
            return Err(CatalogueError::Entry {
                file: VERIFIED.to_owned(),
                number: index + 1,
                name: entry.prompt_text.clone(),
                reason,
            });
        }
    }
    Ok(verified)
}

/// Ids of documents are made of names, so two entries of one name would overwrite each other.
fn unique<'a>(file: &str, names: impl Iterator<Item = &'a str>) -> Result<(), CatalogueError> {
    let mut seen = BTreeMap::new();
    for (index, name) in names.enumerate() {
        if let Some(first) = seen.insert(super::documents::slug(name), index + 1) {
            return Err(CatalogueError::Entry {
                file: file.to_owned(),
                number: index + 1,
                name: name.to_owned(),
                reason: format!("entry {first} has the same name"),
            });
        }
    }
    Ok(())
}

fn skill(file: &str, text: &str) -> Result<CatalogueSkill, CatalogueError> {
    let head = FrontMatter::read(file, text)?;
    if let Some((key, _, line)) = head
        .keys
        .iter()
        .find(|(key, _, _)| !SKILL_KEYS.contains(key))
    {
        return Err(CatalogueError::FrontMatter {
            file: file.to_owned(),
            line: *line,
            reason: format!(
                "`{key}` is no key of a skill; known are {}",
                SKILL_KEYS.join(", ")
            ),
        });
    }
    Ok(CatalogueSkill {
        id: head.required(file, "id")?,
        name: head.required(file, "name")?,
        description: head.required(file, "description")?,
        category: head.get("category").unwrap_or_default().to_owned(),
        tags: head.list("tags"),
        active: head.get("active") != Some("false"),
        content: head.body.to_owned(),
    })
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
