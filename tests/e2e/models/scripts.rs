//! Models of a few lines for the koperasi database: which tools they call is written here, what they answer comes from the
//! rows that the real tools return.

use kai_e2e::agent::models::{Reply, ScriptedServer};
use serde_json::{Value, json};

use crate::support::CANONICAL;

/// What the scripted models are called.
pub const MODEL: &str = "scripted-koperasi";

/// A conversation: its name in `fixtures/recordings/`, its questions, and what the model does in each turn.
pub struct Conversation {
    pub name: &'static str,
    pub questions: &'static [&'static str],
    turn: fn(&Talk<'_>) -> Reply,
}

/// All of them.
pub const ALL: [Conversation; 5] = [
    RANKING,
    FOLLOW_UP,
    TOOL_ERRORS,
    PARALLEL_CALLS,
    SPLIT_CHARACTER,
];

/// One tool after the other, and an answer of several lines.
pub const RANKING: Conversation = Conversation {
    name: "ranking",
    questions: &[CANONICAL],
    turn: |talk| match talk.turn {
        0 => Reply::stream()
            .text(&["Saya lihat ", "dulu istilahnya."])
            .tool_calls(&[("search_metrics_in_question", json!({"question": CANONICAL}))])
            .finish("tool_calls"),
        1 => Reply::calls(&[(
            "sql_query",
            json!({"query": "SELECT p.name AS provinsi, round(avg(c.capital::numeric), 2) AS rata_rata \
                FROM cooperative c JOIN provinces p ON p.code = c.\"provinceId\"::text \
                WHERE c.capital ~ '^[0-9]+(\\.[0-9]+)?$' \
                GROUP BY p.name ORDER BY 2 DESC LIMIT 5"}),
        )]),
        _ => {
            let rows = talk.rows(0);
            let mut pieces = vec![
                "Lima provinsi ".to_owned(),
                "dengan rata-rata tertinggi:\n".to_owned(),
            ];
            for (rank, row) in rows.iter().enumerate() {
                pieces.push(format!("{}. {}: ", rank + 1, cell(row, "provinsi")));
                pieces.push(format!("Rp{}\n", cell(row, "rata_rata")));
            }
            says(&pieces).usage(1200, 90)
        }
    },
};

/// A question, and a short one that means something only after it: the other end of the same list.
pub const FOLLOW_UP: Conversation = Conversation {
    name: "follow-up",
    questions: &[CANONICAL, "kalau yang terendah?"],
    turn: |talk| {
        let (direction, which) = match talk.question().contains("terendah") {
            true => ("ASC", "terendah"),
            false => ("DESC", "tertinggi"),
        };
        match talk.turn {
            0 => Reply::calls(&[(
                "sql_query",
                json!({"query": format!("SELECT p.name AS provinsi, round(avg(c.capital::numeric), 2) AS rata_rata \
                    FROM cooperative c JOIN provinces p ON p.code = c.\"provinceId\"::text \
                    WHERE c.capital ~ '^[0-9]+(\\.[0-9]+)?$' \
                    GROUP BY p.name ORDER BY 2 {direction} LIMIT 5")}),
            )]),
            _ => {
                let mut pieces = vec![format!("Rata-rata {which}:\n")];
                for row in talk.rows(0) {
                    pieces.push(format!("{}: ", cell(&row, "provinsi")));
                    pieces.push(format!("Rp{}\n", cell(&row, "rata_rata")));
                }
                says(&pieces)
            }
        }
    },
};

/// A column that is not there, arguments that end in the middle, a tool that does not exist; then it goes right.
pub const TOOL_ERRORS: Conversation = Conversation {
    name: "tool-errors",
    questions: &["Berapa jumlah koperasi di Jawa Barat?"],
    turn: |talk| match talk.turn {
        0 => Reply::calls(&[(
            "sql_query",
            json!({"query": "SELECT count(*) FROM cooperative WHERE provinsi = 'Jawa Barat'"}),
        )]),
        1 => Reply::stream()
            .delta(
                json!({"tool_calls": [{"index": 0, "id": "call_cut", "type": "function",
                "function": {"name": "sql_query", "arguments": "{\"query\": \"SELECT count(*)"}}]}),
            )
            .finish("length"),
        2 => Reply::calls(&[("hitung_koperasi", json!({"provinsi": "Jawa Barat"}))]),
        3 => Reply::calls(&[(
            "sql_query",
            json!({"query": "SELECT count(*) AS jumlah FROM cooperative c \
                JOIN provinces p ON p.code = c.\"provinceId\"::text WHERE p.name = 'Jawa Barat'"}),
        )]),
        _ => says(&[
            "Ada ".to_owned(),
            cell(&talk.rows(0)[0], "jumlah"),
            " koperasi di Jawa Barat.".to_owned(),
        ]),
    },
};

/// Several tools at once, their fragments mixed; two statements at once.
pub const PARALLEL_CALLS: Conversation = Conversation {
    name: "parallel-calls",
    questions: &["Bandingkan jumlah koperasi di Bali dan di Aceh"],
    turn: |talk| {
        let count = |name: &str| {
            let query = format!(
                "SELECT count(*) AS jumlah FROM cooperative c \
                 JOIN provinces p ON p.code = c.\"provinceId\"::text WHERE p.name = '{name}'"
            );
            ("sql_query", json!({ "query": query }))
        };
        match talk.turn {
            0 => Reply::calls(&[
                (
                    "write_todos",
                    json!({"todos": [{"content": "Hitung koperasi per provinsi", "status": "in_progress"}]}),
                ),
                ("get_instructions", json!({})),
                (
                    "find_skills_for_question",
                    json!({"question": talk.question()}),
                ),
            ]),
            1 => Reply::calls(&[count("Bali"), count("Aceh")]),
            _ => says(&[
                format!("Bali: {} koperasi\n", cell(&talk.rows(0)[0], "jumlah")),
                format!("Aceh: {} koperasi\n", cell(&talk.rows(1)[0], "jumlah")),
            ]),
        }
    },
};

/// Reasoning before the answer, and a dash of three bytes whose first arrives alone.
pub const SPLIT_CHARACTER: Conversation = Conversation {
    name: "split-character",
    questions: &["Berapa persen anggota koperasi yang perempuan?"],
    turn: |talk| {
        match talk.turn {
        0 => Reply::stream()
            .reasoning(&["Kolom gender ", "ditulis PEREMPUAN."])
            .tool_calls(&[(
                "sql_query",
                json!({"query": "SELECT round(100.0 * count(*) FILTER (WHERE gender = 'PEREMPUAN') / count(*), 2) \
                    AS persen FROM cooperative_members"}),
            )])
            .finish("tool_calls"),
        _ => says(&[
            "Anggota perempuan ".to_owned(),
            "– dari semua anggota – ".to_owned(),
            format!("{} persen", cell(&talk.rows(0)[0], "persen")),
            " ✓".to_owned(),
        ])
        .cut_inside("–")
        .cut_inside("✓"),
    }
    },
};

impl Conversation {
    /// A server that plays the model.
    pub async fn server(&self) -> std::io::Result<ScriptedServer> {
        let turn = self.turn;
        ScriptedServer::start(move |request| turn(&Talk::new(request))).await
    }
}

/// A request, as a scripted model reads it.
pub struct Talk<'a> {
    /// How many turns the model has had since the question.
    turn: usize,
    messages: &'a [Value],
}

impl<'a> Talk<'a> {
    fn new(request: &'a Value) -> Self {
        let messages = request["messages"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let turn = messages
            .iter()
            .rev()
            .take_while(|message| message["role"] != "user")
            .filter(|message| message["role"] == "assistant")
            .count();
        Self { turn, messages }
    }

    fn question(&self) -> &str {
        let mut messages = self.messages.iter().rev();
        let asked = messages.find(|message| message["role"] == "user");
        asked
            .and_then(|message| message["content"].as_str())
            .unwrap_or_default()
    }

    /// The rows that the given output of the last turn has.
    fn rows(&self, number: usize) -> Vec<Value> {
        let outputs = self
            .messages
            .iter()
            .rev()
            .take_while(|message| message["role"] == "tool")
            .collect::<Vec<_>>();
        let output = outputs[outputs.len() - 1 - number]["content"]
            .as_str()
            .expect("a text");
        let output: Value = serde_json::from_str(output).expect("JSON");
        match output["rows"].as_array() {
            Some(rows) => rows.clone(),
            None => panic!("the tool failed: {output}"),
        }
    }
}

fn cell(row: &Value, column: &str) -> String {
    match &row[column] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn says(pieces: &[String]) -> Reply {
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    Reply::says(&pieces)
}
