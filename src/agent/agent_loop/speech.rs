//! What of a model's text is told as the answer, and when.
//!
//! A `token` is a piece of the answer for ever (contract §5: all of them joined are `final_answer`), but while a model
//! talks nobody can know whether it will call a tool after all. What is known: a model that is about to call tools says so
//! in a short line, if it says anything; an answer of any length goes beyond that. So the beginning of a turn's text is held
//! back, until a second line of it has begun or it is longer than [`ANNOUNCEMENT`]; from then on every piece is a `token` the
//! moment it comes. When a tool call begins first, what was held is `thinking`; when the turn ends first, it is the answer.
//!
//! A model that calls tools after a longer speech has spoken to the user: those words stay in the answer, and what it says
//! in a later turn follows after an empty line. Nothing is told twice, nothing is lost.

use crate::agent::EventSink;
use crate::contract::Event;

/// So many bytes of one line are held back: two or three sentences, under two seconds of a usual model.
const ANNOUNCEMENT: usize = 240;

/// The answer of a run as far as it was told.
#[derive(Debug, Default)]
pub(super) struct Answer {
    told: String,
    /// Whether what is told next begins a new paragraph.
    breaks: bool,
}

impl Answer {
    /// The `token`s joined, so far.
    pub(super) fn text(&self) -> &str {
        &self.told
    }

    /// The `token`s joined.
    pub(super) fn into_text(self) -> String {
        self.told
    }

    async fn tell(&mut self, content: String, events: &mut dyn EventSink) {
        if std::mem::take(&mut self.breaks) {
            self.token("\n\n".to_owned(), events).await;
        }
        self.token(content, events).await;
    }

    async fn token(&mut self, content: String, events: &mut dyn EventSink) {
        // What is handed over is told, also when the run is given up while its sink waits.
        self.told.push_str(&content);
        events.emit(Event::Token { content }).await;
    }
}

/// What is known of a turn while it lasts.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// It may be an answer or the announcement of a call.
    Unknown,
    /// It is told as the answer.
    Answer,
    /// It calls tools, and nothing of it was told as the answer.
    Calls,
}

/// The text of one turn.
pub(super) struct Speech<'a> {
    events: &'a mut dyn EventSink,
    answer: &'a mut Answer,
    kind: Kind,
    held: Vec<String>,
    text: String,
}

impl<'a> Speech<'a> {
    pub(super) fn new(events: &'a mut dyn EventSink, answer: &'a mut Answer) -> Self {
        Self {
            events,
            answer,
            kind: Kind::Unknown,
            held: Vec::new(),
            text: String::new(),
        }
    }

    /// Everything that was said in this turn.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a call has begun, and nothing was told as the answer before it.
    pub(super) fn is_calling(&self) -> bool {
        self.kind == Kind::Calls
    }

    /// Reasoning is told at once.
    pub(super) async fn thinks(&mut self, content: String) {
        if !content.is_empty() {
            self.events.emit(Event::Thinking { content }).await;
        }
    }

    /// The next piece of text.
    pub(super) async fn says(&mut self, piece: String) {
        if piece.is_empty() {
            return;
        }
        self.text.push_str(&piece);
        if self.kind == Kind::Answer {
            self.answer.tell(piece, self.events).await;
            return;
        }
        self.held.push(piece);
        if self.kind == Kind::Unknown && is_no_announcement(&self.text) {
            self.tell_held().await;
        }
    }

    /// A call of a tool has begun.
    pub(super) async fn calls(&mut self) {
        if self.kind == Kind::Unknown {
            self.kind = Kind::Calls;
            self.think_held().await;
        }
    }

    /// The turn is over, and calls tools.
    pub(super) async fn ends_with_calls(mut self) {
        match self.kind {
            Kind::Answer => self.answer.breaks = true,
            Kind::Unknown | Kind::Calls => self.think_held().await,
        }
    }

    /// The turn is over, and was the answer.
    pub(super) async fn ends_as_answer(mut self) {
        self.tell_held().await;
    }

    async fn tell_held(&mut self) {
        self.kind = Kind::Answer;
        for piece in std::mem::take(&mut self.held) {
            self.answer.tell(piece, self.events).await;
        }
    }

    async fn think_held(&mut self) {
        let held = std::mem::take(&mut self.held).concat();
        if !held.trim().is_empty() {
            self.thinks(held).await;
        }
    }
}

fn is_no_announcement(text: &str) -> bool {
    let text = text.trim_start();
    match text.find('\n') {
        Some(end) if !text[end..].trim_start().is_empty() => true,
        _ => text.trim_end().len() > ANNOUNCEMENT,
    }
}

#[cfg(test)]
#[path = "speech_tests.rs"]
mod tests;
