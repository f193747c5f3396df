//! The files of `fixtures/catalogue/`, built into the program.

/// Name inside the catalogue, and text.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "instructions.json",
        include_str!("../../../fixtures/catalogue/instructions.json"),
    ),
    (
        "glossary.json",
        include_str!("../../../fixtures/catalogue/glossary.json"),
    ),
    (
        "verified.json",
        include_str!("../../../fixtures/catalogue/verified.json"),
    ),
    (
        "skills/modal-koperasi/SKILL.md",
        include_str!("../../../fixtures/catalogue/skills/modal-koperasi/SKILL.md"),
    ),
    (
        "skills/perbandingan-wilayah/SKILL.md",
        include_str!("../../../fixtures/catalogue/skills/perbandingan-wilayah/SKILL.md"),
    ),
    (
        "skills/peringkat-wilayah/SKILL.md",
        include_str!("../../../fixtures/catalogue/skills/peringkat-wilayah/SKILL.md"),
    ),
    (
        "skills/persentase-dan-komposisi/SKILL.md",
        include_str!("../../../fixtures/catalogue/skills/persentase-dan-komposisi/SKILL.md"),
    ),
];
