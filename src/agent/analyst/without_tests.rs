//! Who has and who lacks something, and values turned round: over the koperasi schema, and over one that no code knows.

use serde_json::{Value, json};

use super::koperasi_tests::koperasi;
use super::testing::{Domain, column, few, schema, table};

/// Clubs with members, who may have savings and a coach, and matches, which lead to clubs in one way and to towns in two.
fn clubs() -> Domain {
    let key = |name: &str, to: &str| column(name, "integer", Some(to));
    let schema = schema(&[
        (
            "town",
            "kota (town)",
            vec![few("name", "", &["Hulu", "Hilir", "Muara"])],
        ),
        (
            "club",
            "klub (club)",
            vec![
                key("townId", "town.town_id"),
                few("level", "tingkat (level)", &["Muda", "Utama"]),
            ],
        ),
        (
            "person",
            "pemain (player)",
            vec![
                key("clubId", "club.club_id"),
                few("hand", "tangan (hand)", &["Kanan", "Kiri"]),
            ],
        ),
        (
            "deposit",
            "simpanan (deposit)",
            vec![
                key("personId", "person.person_id"),
                few("kind", "macam (kind)", &["Pokok", "Wajib"]),
            ],
        ),
        (
            "game",
            "laga (game)",
            vec![key("hostId", "club.club_id"), key("townId", "town.town_id")],
        ),
    ]);
    let entity = |metric: &str, alias: &[&str], table: &str, more: Value| {
        let mut metadata = json!({"type": "entity", "table": table, "label": {"id": alias[0], "en": alias[1]}, "additive": true});
        let keys = metadata.as_object_mut().expect("an object");
        keys.extend(more.as_object().cloned().unwrap_or_default());
        json!({"metric": metric, "alias": alias, "sql": "COUNT(*)", "metadata": metadata})
    };
    let names = |label: &str, sql: &str, key: &str, place: bool| json!({"label": {"id": label}, "sql": sql, "key": key, "place": place});
    Domain {
        schema,
        glossary: vec![
            entity(
                "Total Klub",
                &["klub", "clubs", "club"],
                "club",
                json!({"name": "club.title", "key": "club.club_id"}),
            ),
            entity(
                "Total Pemain",
                &["pemain", "players", "player"],
                "person",
                json!({}),
            ),
            entity(
                "Total Kapten",
                &["kapten", "captains"],
                "person",
                json!({"filter": "person.is_captain"}),
            ),
            entity("Total Laga", &["laga", "games"], "game", json!({})),
            json!({"metric": "Kota", "alias": ["town", "towns"], "sql": "town.name",
                   "metadata": {"kind": "dimension", "table": "town", "key": "town.town_id", "label": {"id": "kota", "en": "town"}, "countable": true}}),
            json!({"metric": "klub → kota", "alias": [], "sql": "town.town_id = club.\"townId\"",
                   "metadata": {"kind": "relation", "from": "club", "to": "town", "names": names("kota", "town.name", "town.town_id", true)}}),
        ],
    }
}

#[track_caller]
fn contains(sql: &str, parts: &[&str]) {
    for part in parts {
        assert!(sql.contains(part), "{part} is not in\n{sql}");
    }
}

#[test]
fn having_and_lacking_are_exists_over_the_joins_of_the_catalogue() {
    let lacking = "SELECT
  COUNT(*) AS jumlah_koperasi
FROM cooperative
WHERE NOT EXISTS (SELECT 1 FROM cooperative_outlets WHERE cooperative.cooperative_id = cooperative_outlets.\"cooperativeId\")";
    for question in [
        "Berapa koperasi yang belum punya gerai?",
        "Berapa koperasi yang tidak memiliki gerai sama sekali?",
        "Jumlah koperasi tanpa gerai",
        "Berapa koperasi yang belum ada gerainya?",
        "Ada berapa koperasi yang tidak punya satu pun gerai?",
        "Tolong hitung koperasi yg belum punya gerai dong",
    ] {
        assert_eq!(koperasi().sql(question), lacking, "{question}");
    }
    let english = lacking.replace("jumlah_koperasi", "number_of_cooperatives");
    for question in [
        "How many cooperatives have no outlets?",
        "How many cooperatives don't have any outlets yet?",
        "How many cooperatives are there without outlets?",
        "Number of cooperatives with no outlets",
    ] {
        assert_eq!(koperasi().sql(question), english, "{question}");
    }
    assert_eq!(
        koperasi().sql("Berapa koperasi yang sudah punya gerai?"),
        lacking.replace("NOT EXISTS", "EXISTS")
    );
}

#[test]
fn names_are_listed_where_no_figure_is_asked_for() {
    let members = "NOT EXISTS (SELECT 1 FROM cooperative_members WHERE cooperative.cooperative_id = cooperative_members.\"cooperativeId\")";
    let listed = format!(
        "SELECT
  cooperative.name AS koperasi
FROM cooperative
JOIN provinces ON provinces.code = cooperative.\"provinceId\"::text
WHERE provinces.name = 'Bali'
  AND {members}
ORDER BY koperasi"
    );
    for question in [
        "Koperasi mana yang tidak punya anggota di Bali?",
        "Koperasi yang belum memiliki anggota di Bali",
        "Sebutkan koperasi di Bali yang tidak punya anggota",
        "Koperasi mana saja di Bali yang belum ada anggotanya?",
    ] {
        assert_eq!(koperasi().sql(question), listed, "{question}");
    }
    assert_eq!(
        koperasi().sql("cooperatives without members in Bali"),
        listed.replace("koperasi", "cooperative")
    );
    let rows = |_: &str| table(&["koperasi"], &[&[json!("Maju")], &[json!("Tani")]]);
    let played = koperasi().play("Koperasi mana yang tidak punya anggota di Bali?", rows);
    assert_eq!(
        played.answer,
        "Koperasi yang tidak punya anggota koperasi di provinsi Bali: 2.\n\n- Maju\n- Tani"
    );
    let played = koperasi().ask("Which cooperatives in Bali have no members?");
    assert_eq!(
        played.answer,
        "There are no cooperatives without cooperative members in province Bali."
    );
}

#[test]
fn places_can_have_and_lack_too() {
    let lacking = "NOT EXISTS (SELECT 1 FROM cooperative WHERE provinces.code = cooperative.\"provinceId\"::text)";
    let listed = format!(
        "SELECT\n  provinces.name AS provinsi\nFROM provinces\nWHERE {lacking}\nORDER BY provinsi"
    );
    for question in [
        "Provinsi apa saja yang belum punya koperasi?",
        "Sebutkan semua provinsi yang tidak memiliki koperasi",
    ] {
        assert_eq!(koperasi().sql(question), listed, "{question}");
    }
    contains(
        &koperasi().sql("Berapa kabupaten yang belum punya koperasi?"),
        &[
            "COUNT(*) AS jumlah_kabupaten\nFROM districts\n",
            "districts.name LIKE 'KABUPATEN %'",
            "NOT EXISTS (SELECT 1 FROM cooperative WHERE districts.district_id = cooperative.\"districtId\")",
        ],
    );
    contains(
        &koperasi().sql("Berapa persen provinsi yang sudah punya gerai?"),
        &[
            "FROM provinces",
            "FILTER (WHERE EXISTS (SELECT 1 FROM cooperative_outlets JOIN cooperative ON cooperative.cooperative_id = cooperative_outlets.\"cooperativeId\" WHERE provinces.code = cooperative.\"provinceId\"::text))",
        ],
    );
}

#[test]
fn what_is_had_goes_with_groups_ranks_shares_and_other_figures() {
    let lacking = "NOT EXISTS (SELECT 1 FROM cooperative_outlets WHERE cooperative.cooperative_id = cooperative_outlets.\"cooperativeId\")";
    contains(
        &koperasi().sql("Jumlah koperasi tanpa gerai per provinsi"),
        &["JOIN provinces", &format!("WHERE {lacking}\nGROUP BY")],
    );
    contains(
        &koperasi().sql("5 provinsi dengan koperasi tanpa gerai terbanyak"),
        &[lacking, "LIMIT 5"],
    );
    contains(
        &koperasi().sql("Berapa persen koperasi di Bali yang belum punya gerai?"),
        &[
            &format!("FILTER (WHERE {lacking})"),
            "WHERE provinces.name = 'Bali'",
        ],
    );
    contains(
        &koperasi().sql("Berapa persen koperasi tanpa gerai yang mandiri?"),
        &[
            "FILTER (WHERE cooperative.filling_method = 'Mandiri')",
            &format!("WHERE {lacking}"),
        ],
    );
    contains(
        &koperasi().sql("Rata-rata modal awal koperasi yang tidak punya gerai"),
        &["AVG(", lacking],
    );
    contains(
        &koperasi().sql("Berapa anggota dari koperasi yang tidak punya gerai?"),
        &["FROM cooperative_members\nJOIN cooperative ON", lacking],
    );
    contains(
        &koperasi().sql("10 koperasi tanpa gerai dengan modal awal terbesar"),
        &["cooperative.name AS koperasi", lacking, "LIMIT 10"],
    );
    contains(
        &koperasi().sql("Berapa koperasi yang punya anggota tetapi belum punya gerai?"),
        &["EXISTS (SELECT 1 FROM cooperative_members", lacking],
    );
    contains(
        &koperasi().sql("How many villages have cooperatives but no outlets?"),
        &[
            "EXISTS (SELECT 1 FROM cooperative WHERE villages.village_id",
            "NOT EXISTS (SELECT 1 FROM cooperative_outlets JOIN cooperative",
        ],
    );
}

#[test]
fn values_that_only_the_thing_can_have_say_which_things_are_meant() {
    contains(
        &koperasi().sql("Berapa koperasi yang tidak punya anggota perempuan di Bali?"),
        &[
            "WHERE provinces.name = 'Bali'\n",
            "NOT EXISTS (SELECT 1 FROM cooperative_members WHERE cooperative.cooperative_id = cooperative_members.\"cooperativeId\" AND cooperative_members.gender = 'PEREMPUAN')",
        ],
    );
    contains(
        &koperasi().sql("How many cooperatives have no female members?"),
        &["AND cooperative_members.gender = 'PEREMPUAN')"],
    );
    // What the catalogue's own terms leave out stays out.
    contains(
        &koperasi().sql("Berapa koperasi yang belum punya ketua?"),
        &["AND cooperative_management.role = 'Ketua')"],
    );
}

#[test]
fn values_are_turned_round() {
    for (question, condition) in [
        (
            "Berapa anggota yang bukan perempuan?",
            "cooperative_members.gender <> 'PEREMPUAN'",
        ),
        (
            "Berapa anggota yang jenis kelaminnya bukan perempuan?",
            "cooperative_members.gender <> 'PEREMPUAN'",
        ),
        (
            "Berapa koperasi yang tidak di Bali?",
            "provinces.name <> 'Bali'",
        ),
        (
            "How many cooperatives are not in Bali?",
            "provinces.name <> 'Bali'",
        ),
        (
            "Jumlah koperasi di luar Bali dan Aceh",
            "provinces.name NOT IN ('Bali', 'Aceh')",
        ),
        (
            "Jumlah koperasi per provinsi kecuali Bali",
            "provinces.name <> 'Bali'",
        ),
        (
            "Average initial capital of cooperatives outside Bali",
            "provinces.name <> 'Bali'",
        ),
        (
            "Berapa koperasi yang tidak mandiri di Bali?",
            "cooperative.filling_method <> 'Mandiri'",
        ),
    ] {
        contains(&koperasi().sql(question), &[condition]);
    }
    contains(
        &koperasi().sql("Berapa persen anggota di Bali yang bukan perempuan?"),
        &["FILTER (WHERE cooperative_members.gender <> 'PEREMPUAN')"],
    );
    contains(
        &koperasi().sql("Jumlah koperasi per sektor selain Pertanian"),
        &["klus.sector <> 'Pertanian'", "GROUP BY klus.sector"],
    );
    // Whether a row without a value counts is said.
    let one = |_: &str| table(&["n"], &[&[json!(7)]]);
    let played = koperasi().play("Berapa anggota yang BI checking-nya bukan macet?", one);
    assert_eq!(
        played.answer,
        "Jumlah anggota koperasi dengan BI checking bukan Macet adalah 7.\n\nCatatan: Baris tanpa BI checking tidak dihitung."
    );
}

#[test]
fn phrases_of_the_catalogue_stay_what_they_are() {
    let sql = koperasi().sql("Berapa gerai yang belum ada fotonya?");
    assert!(
        !sql.contains("EXISTS") && sql.contains("= 'Tanpa Foto'"),
        "{sql}"
    );
    let sql = koperasi().sql("Berapa pengurus yang tidak aktif di Bali?");
    assert!(sql.contains("= 'Bali'"), "{sql}");
}

#[test]
fn what_could_mean_two_things_or_is_not_there_is_refused() {
    for question in [
        // Which of the two, or neither?
        "Berapa koperasi yang tidak punya anggota dan gerai?",
        "Berapa koperasi yang tidak punya anggota atau gerai?",
        "Berapa koperasi yang punya gerai simpan pinjam dan konsumen?",
        // The provinces or the cooperatives?
        "Jumlah koperasi per provinsi yang belum punya gerai",
        "Jumlah koperasi untuk semua provinsi yang belum punya gerai",
        // A rejected one is not verified either, but not “not yet”.
        "Berapa domain yang belum terverifikasi?",
        // Quantities are no rows.
        "Berapa koperasi yang tidak punya modal?",
        // Outlets have no members.
        "Berapa gerai yang tidak punya anggota?",
        "Berapa gerai yang tidak punya koperasi?",
        // The villages or their cooperatives?
        "Berapa desa yang punya koperasi tanpa gerai?",
        // One in two sectors is in another one, and yet in this one.
        "Berapa koperasi yang bukan di sektor pertanian?",
        "Berapa persen koperasi yang tidak di sektor pertanian?",
        "Berapa koperasi yang tidak?",
        "Berapa koperasi yang tidak punya?",
        "Berapa koperasi tanpa?",
        "Berapa koperasi bukan anggota?",
        "Berapa koperasi yang tidak di Bali dan mandiri?",
        "Berapa koperasi yang bukan tidak di Bali?",
        "Berapa koperasi yang bukan tanpa gerai?",
        "Berapa koperasi di Bali selain itu?",
        "Berapa koperasi yang punya 3 gerai?",
        "Berapa koperasi yang punya lebih dari satu gerai?",
        "Provinsi dengan koperasi yang punya gerai terbanyak",
        "Apakah koperasi di Bali punya anggota?",
        "Do cooperatives in Bali have members?",
        "Gerai mana yang tidak punya anggota?",
        "Daftar koperasi di Bali",
    ] {
        koperasi().refuses(question);
    }
}

#[test]
fn any_schema_will_do() {
    let lacking = "NOT EXISTS (SELECT 1 FROM person WHERE club.club_id = person.\"clubId\")";
    contains(
        &clubs().sql("Berapa klub tingkat muda yang belum punya pemain?"),
        &["FROM club\nWHERE club.level = 'Muda'", lacking],
    );
    contains(
        &clubs().sql("Which clubs have no players?"),
        &["SELECT\n  club.title AS", lacking, "ORDER BY"],
    );
    contains(
        &clubs().sql("How many clubs have no captains?"),
        &["person.\"clubId\" AND person.is_captain)"],
    );
    contains(
        &clubs().sql("Kota mana yang tidak punya pemain kiri?"),
        &[
            "FROM town\n",
            "NOT EXISTS (SELECT 1 FROM person JOIN club ON club.club_id = person.\"clubId\" WHERE town.town_id = club.\"townId\" AND person.hand = 'Kiri')",
        ],
    );
    // A table of which only the comment is known.
    contains(
        &clubs().sql("Berapa pemain yang belum punya simpanan wajib?"),
        &[
            "NOT EXISTS (SELECT 1 FROM deposit WHERE person.person_id = deposit.\"personId\" AND deposit.kind = 'Wajib')",
        ],
    );
    contains(
        &clubs().sql("How many players in Hulu have deposits?"),
        &["EXISTS (SELECT 1 FROM deposit", "town.name = 'Hulu'"],
    );
    // A game is played in a town, and its club is of one: the place can be said of either.
    contains(
        &clubs().sql("Berapa klub di Hulu yang belum punya laga?"),
        &[
            "town.name = 'Hulu'",
            "FROM game WHERE club.club_id = game.\"hostId\"",
        ],
    );
    let played = clubs().ask("Berapa klub yang belum punya laga di Hulu?");
    assert_eq!(played.statements, Vec::<String>::new(), "{}", played.answer);
}

#[test]
fn a_conversation_goes_on_from_who_lacks_what() {
    let before = &["Berapa koperasi yang tidak punya gerai di Bali?"];
    let there = koperasi().after(before, "kalau di Aceh?");
    contains(
        &there.statements.concat(),
        &["NOT EXISTS", "provinces.name = 'Aceh'"],
    );
    for (before, then) in [
        ("Berapa koperasi yang tidak di Bali?", "kalau di Aceh?"),
        ("Berapa koperasi yang tidak punya gerai?", "kalau anggota?"),
        (
            "Koperasi mana yang tidak punya anggota di Bali?",
            "per provinsi?",
        ),
    ] {
        koperasi().refuses_after(&[before], then);
    }
}
