//! Another domain, a library, by data alone: nothing of koperasi is in the code.

use serde_json::{Value, json};

use super::testing::{Domain, column, few, schema, table};

pub(super) fn library() -> Domain {
    let schema = schema(&[
        (
            "branch",
            "cabang (branch)",
            vec![
                column("branch_id", "integer", None),
                few(
                    "name",
                    "nama cabang (branch name)",
                    &["Utara", "Selatan", "Pusat Kota"],
                ),
            ],
        ),
        (
            "book",
            "buku (book)",
            vec![
                column("book_id", "integer", None),
                column("branchId", "integer", Some("branch.branch_id")),
                few(
                    "genre",
                    "genre, jenis buku (genre, kind of book)",
                    &["Fiksi", "Sains", "Sejarah"],
                ),
                few("is_rare", "", &["Ya", "Tidak"]),
            ],
        ),
        (
            "loan",
            "peminjaman (loan)",
            vec![
                column("loan_id", "integer", None),
                column("book_id", "integer", None),
                column("days", "integer", None),
                few("state", "keadaan (state)", &["Terlambat", "Kembali"]),
            ],
        ),
    ]);
    let label = |id: &str, en: &str| json!({"id": id, "en": en});
    let entry = |metric: &str, alias: &[&str], sql: &str, metadata: Value| json!({"metric": metric, "alias": alias, "sql": sql, "metadata": metadata});
    Domain {
        schema,
        glossary: vec![
            entry(
                "Total Buku",
                &["buku", "book", "books"],
                "COUNT(*)",
                json!({"kind": "metric", "type": "entity", "table": "book", "label": label("buku", "books"), "additive": true}),
            ),
            entry(
                "Peminjaman",
                &["loan", "loans"],
                "COUNT(*)",
                json!({"type": "entity", "table": "loan", "label": label("peminjaman", "loans"), "additive": true}),
            ),
            entry(
                "Lama Pinjam",
                &["loan length"],
                "loan.days",
                json!({"kind": "metric", "type": "measure", "table": "loan", "label": label("lama pinjam", "loan length"), "format": {"style": "decimal", "suffix": label("hari", "days")}}),
            ),
            entry(
                "Cabang",
                &["branch", "branches"],
                "branch.name",
                json!({"kind": "dimension", "table": "branch", "key": "branch.branch_id", "label": label("cabang", "branch"), "countable": true, "values": {"Utara": ["north"], "Barat": ["west"]}}),
            ),
            entry(
                "loan → book",
                &[],
                "book.book_id = loan.book_id",
                json!({"kind": "relation", "from": "loan", "to": "book"}),
            ),
        ],
    }
}

#[test]
fn ranks_over_joins_that_the_glossary_and_the_foreign_keys_give() {
    assert_eq!(
        library().sql("Tampilkan 2 cabang dengan rata-rata lama pinjam tertinggi"),
        "SELECT
  branch.name AS cabang,
  ROUND(AVG(loan.days), 4) AS rata_rata_lama_pinjam
FROM loan
JOIN book ON book.book_id = loan.book_id
JOIN branch ON branch.branch_id = book.\"branchId\"
GROUP BY branch.branch_id, branch.name
ORDER BY rata_rata_lama_pinjam DESC NULLS LAST, cabang
LIMIT 2"
    );
}

#[test]
fn filters_by_values_and_by_words_for_values() {
    for question in [
        "Berapa buku fiksi di cabang Utara?",
        "How many fiksi books are in the north branch?",
    ] {
        let sql = library().sql(question);
        for part in [
            "FROM book\n",
            "book.genre = 'Fiksi'",
            "branch.name = 'Utara'",
        ] {
            assert!(sql.contains(part), "{question}: {part} is not in\n{sql}");
        }
    }
}

#[test]
fn groups_by_a_column_that_only_the_schema_knows() {
    let sql = library().sql("Komposisi buku menurut jenis buku");
    assert!(sql.contains("book.genre AS genre"), "{sql}");
    assert!(
        sql.contains("100.0 * COUNT(*) / NULLIF(SUM(COUNT(*)) OVER (), 0)"),
        "{sql}"
    );
    let sql = library().sql("Loans by state");
    assert!(sql.contains("GROUP BY loan.state"), "{sql}");
}

#[test]
fn the_part_of_a_share_and_its_whole_are_told_apart() {
    let sql = library().sql("Berapa persen peminjaman buku sains yang terlambat?");
    assert!(
        sql.contains("FILTER (WHERE loan.state = 'Terlambat')"),
        "{sql}"
    );
    assert!(sql.contains("WHERE book.genre = 'Sains'"), "{sql}");
}

#[test]
fn a_new_metric_is_one_more_entry() {
    let mut library = library();
    assert_eq!(
        library.ask("Berapa denda per cabang?").statements,
        Vec::<String>::new()
    );
    library.glossary.push(json!({"metric": "Denda", "alias": ["fine"], "sql": "loan.days * 500", "metadata": {"type": "measure", "table": "loan", "label": {"id": "denda"}, "format": {"style": "currency", "prefix": "Rp"}}}));
    let sql = library.sql("Berapa total denda per cabang?");
    assert!(sql.contains("SUM(loan.days * 500) AS total_denda"), "{sql}");
}

#[test]
fn what_the_data_does_not_say_is_refused_without_sql() {
    for (question, part) in [
        ("Berapa koperasi di Jawa Barat?", "“koperasi”"),
        ("Berapa buku horor?", "“horor”"),
        ("How many other books are there?", "“other”"),
        ("Berapa buku yang belum fiksi?", "“belum”"),
        ("Berapa buku di cabang Barat?", "“Barat”"),
        ("Berapa buku yang tidak?", "peran “tidak”"),
        ("Berapa lama pinjam?", "rata-rata atau total"),
        ("Berapa rata-rata buku?", "“rata rata”"),
        ("Tampilkan buku", "Apa yang ingin"),
        (
            "Berapa buku di cabang Utara di cabang Selatan?",
            "“Utara” dan “Selatan”",
        ),
        (
            "Berapa buku terlambat?",
            "tidak menghubungkan buku dengan keadaan",
        ),
        ("Berapa persen buku?", "Persentase buku yang mana"),
        ("Hapus semua buku", "hanya membaca"),
        ("5 buku", "“5”"),
        ("Berapa peminjaman dan buku?", "beberapa hal"),
    ] {
        let answer = library().refuses(question);
        assert!(answer.contains(part), "{question}: {answer}");
    }
}

#[test]
fn a_value_that_is_a_word_of_the_language_needs_its_dimension_beside_it() {
    let mut library = library();
    library.glossary.push(json!({"metric": "Langka", "alias": ["kelangkaan"], "sql": "book.is_rare", "metadata": {"kind": "dimension", "table": "book", "label": {"id": "langka"}}}));
    let sql = library.sql("Berapa buku dengan kelangkaan ya?");
    assert!(sql.contains("book.is_rare = 'Ya'"), "{sql}");
}

#[test]
fn equal_readings_are_asked_back() {
    let mut library = library();
    library.glossary.push(json!({"metric": "Judul", "alias": ["buku"], "sql": "COUNT(DISTINCT book.title)", "metadata": {"type": "entity", "table": "book", "label": {"id": "judul"}}}));
    let played = library.ask("Berapa buku?");
    assert_eq!(played.statements, Vec::<String>::new());
    assert_eq!(
        played.answer,
        "“buku” dapat berarti “buku” atau “judul”. Mana yang Anda maksud?"
    );
}

#[test]
fn answers_come_in_the_language_and_figures_of_the_question() {
    let rows = |_: &str| {
        table(
            &["cabang", "rata"],
            &[
                &[json!("Utara"), json!("1234.5")],
                &[json!("Selatan"), json!(7)],
            ],
        )
    };
    let played = library().play("Rata-rata lama pinjam per cabang", rows);
    assert_eq!(
        played.answer,
        "Rata-rata lama pinjam menurut cabang:\n\nCabang   Rata-rata lama pinjam\n------------------------------\nUtara            1.234,50 hari\nSelatan                 7 hari"
    );
    let one = |_: &str| table(&["n"], &[&[json!(1200)]]);
    assert_eq!(
        library().play("How many books are there?", one).answer,
        "The number of books is 1,200."
    );
}

#[test]
fn equals_are_named_together() {
    let rows = |_: &str| {
        table(
            &["cabang", "n"],
            &[
                &[json!("Utara"), json!(3)],
                &[json!("Pusat Kota"), json!(3)],
            ],
        )
    };
    let played = library().play("Cabang mana yang bukunya paling banyak?", rows);
    assert_eq!(
        played.answer,
        "2 cabang sama-sama memiliki jumlah buku tertinggi, yaitu 3: Pusat Kota dan Utara."
    );
    assert!(
        played.statements[0].ends_with("FETCH FIRST 1 ROWS WITH TIES"),
        "{:?}",
        played.statements
    );
}

#[test]
fn an_empty_result_and_a_failed_query_are_said() {
    let played = library().ask("Rata-rata lama pinjam di cabang Utara");
    assert_eq!(
        played.answer,
        "Tidak ada data yang ditemukan untuk rata-rata lama pinjam dengan cabang Utara."
    );
    let failed = |_: &str| json!({"success": false, "error": "statement timeout"});
    let played = library().play("Berapa buku?", failed);
    assert!(
        played.answer.contains("statement timeout"),
        "{}",
        played.answer
    );
}
