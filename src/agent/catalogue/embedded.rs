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
        "skills/modal-koperasi.md",
        include_str!("../../../fixtures/catalogue/skills/modal-koperasi.md"),
    ),
    (
        "skills/perbandingan-wilayah.md",
        include_str!("../../../fixtures/catalogue/skills/perbandingan-wilayah.md"),
    ),
    (
        "skills/peringkat-wilayah.md",
        include_str!("../../../fixtures/catalogue/skills/peringkat-wilayah.md"),
    ),
    (
        "skills/persentase-dan-komposisi.md",
        include_str!("../../../fixtures/catalogue/skills/persentase-dan-komposisi.md"),
    ),
];
