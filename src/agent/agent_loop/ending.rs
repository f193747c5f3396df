//! What follows an answer: questions to ask next, and the memory of this one.

use crate::agent::EventSink;
use crate::agent::store::Store;
use crate::agent::tools::ToolContext;
use crate::contract::Event;

/// Offers what the model suggested, and remembers the question with its answer for the rest of the conversation. Neither can
/// undo the answer.
pub(super) async fn follow(
    context: &ToolContext<'_>,
    store: &Store,
    (question, answer): (&str, &str),
    events: &mut dyn EventSink,
) {
    let suggestions = context.suggestions();
    let offered = async {
        if !suggestions.is_empty() {
            let content = suggestions.into();
            events.emit(Event::Suggestions { content }).await;
        }
    };
    let remembered = context.memory().remember_turn(store, question, answer);
    futures::join!(offered, remembered);
}
