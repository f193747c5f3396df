//! The list of mutants.

use super::mutant::Part::{self, Receiver, Worker};

/// All that is known of one.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) mutant: Mutant,
    pub(super) name: &'static str,
    pub(super) part: Part,
    pub(super) defect: &'static str,
    pub(super) scenarios: &'static [&'static str],
    pub(super) breaks: &'static [&'static str],
    pub(super) may_break: &'static [&'static str],
}

macro_rules! mutants {
    ($($mutant:ident $name:literal $part:ident [$($scenario:literal)+] $defect:literal => $($id:literal)+ $(, may $($other:literal)+)?;)+) => {
        /// A defect on purpose.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Mutant {
            $(#[doc = concat!($defect, ".")] $mutant,)+
        }

        pub(super) static ALL: &[Entry] = &[$(Entry {
            mutant: Mutant::$mutant,
            name: $name,
            part: $part,
            defect: $defect,
            scenarios: &[$($scenario),+],
            breaks: &[$($id),+],
            may_break: &[$($($other),+)?],
        }),+];
    };
}

mutants! {
    // The stream.
    DoneTwice "done-twice" Worker ["answered"] "done is posted twice"
        => "stream.done-once";
    DoneMissing "done-missing" Worker ["answered"] "done is never posted"
        => "stream.ends-with-done" "result.equals-done";
    DoneMissingAfterFailure "done-missing-after-failure" Worker ["answered" "unknown-connection"] "a run that fails early posts no done"
        => "stream.ends-with-done";
    StaleDone "stale-done" Worker ["answered" "again"] "a session's second run begins with the first one's done"
        => "stream.done-once" "stream.nothing-after-done" "stream.tokens-join" "session.second-run-whole", may "answer.matches-tokens" "result.equals-done";
    EventAfterDone "event-after-done" Worker ["answered"] "an event follows done"
        => "stream.nothing-after-done";
    DoneWithoutResult "done-without-result" Worker ["answered"] "done has an empty result"
        => "stream.done-result" "result.equals-done";
    DoneDiffers "done-differs" Worker ["answered"] "done carries another task_id than the workflow's result"
        => "result.equals-done";
    ToolWithoutEnd "tool-without-end" Worker ["answered"] "the tool_end of the first tool is lost"
        => "stream.tools-paired";
    SqlLeftOut "sql-left-out" Worker ["answered"] "sql_result.sql is empty"
        => "stream.sql-reported" "stream.sql-rows";
    SqlResultEarly "sql-result-early" Worker ["answered"] "sql_result comes before its tool_end"
        => "stream.sql-result-after-tool-end" "stream.chart-after-sql-result";
    RowCountWrong "row-count-wrong" Worker ["answered"] "sql_result.row_count is one too many"
        => "stream.sql-rows" "sql.rows-as-reported";
    RowsChanged "rows-changed" Worker ["answered"] "a cell of sql_result is not the database's"
        => "sql.rows-as-reported";
    ChartEarly "chart-early" Worker ["answered"] "chart_config comes before sql_result"
        => "stream.chart-after-sql-result" "stream.sql-result-after-tool-end";
    KnowledgeLate "knowledge-late" Worker ["answered"] "skill_loaded comes after the first tool"
        => "stream.knowledge-first";
    FieldMissing "field-missing" Worker ["answered"] "tool_end has no output"
        => "stream.fields";
    TokensDeduplicated "tokens-deduplicated" Worker ["answered"] "each word is a token, and one that was sent before is not sent again"
        => "answer.matches-tokens" "stream.tokens-join";
    TokenLost "token-lost" Worker ["answered"] "the answer's last token is lost"
        => "answer.matches-tokens" "stream.tokens-join";
    TokenTwice "token-twice" Worker ["answered"] "the answer's first token is sent twice"
        => "answer.matches-tokens" "stream.tokens-join";
    AllAtTheEnd "all-at-the-end" Worker ["answered" "cancelled"] "all events are held back until the run has ended"
        => "stream.while-it-runs";
    FirstEventLate "first-event-late" Worker ["answered"] "the first event comes eleven seconds late"
        => "timing.first-event";
    ErrorYetCompleted "error-yet-completed" Worker ["answered"] "an error is reported and the run completes"
        => "stream.error-means-failed";
    SecretInStream "secret-in-stream" Worker ["answered"] "a tool's output holds a key"
        => "security.no-secret-in-stream";
    // Deliveries.
    SequenceSkips "sequence-skips" Worker ["answered"] "a number is left out"
        => "stream.seq-gapless", may "stream.before-end";
    PostsSwapped "posts-swapped" Worker ["answered"] "the second event is posted after the third"
        => "delivery.in-order";
    WrongSession "wrong-session" Worker ["answered"] "the bodies name another session"
        => "delivery.session-id";
    OneSessionForAll "one-session-for-all" Worker ["answered" "two-at-once"] "every run posts to the URL of the newest run"
        => "session.isolated", may "answer.matches-tokens" "result.equals-done" "delivery.session-id" "delivery.in-order" "stream.ends-with-done" "stream.tokens-join" "stream.tools-paired" "stream.chart-after-sql-result" "stream.sql-result-after-tool-end" "stream.seq-gapless" "stream.sql-reported" "stream.done-once" "stream.nothing-after-done" "stream.knowledge-first" "stream.fields" "receiver.nothing-lost";
    BareNotANumber "bare-not-a-number" Worker ["answered" "not-a-number"] "NaN is written into the body as it is"
        => "delivery.well-formed" "stream.seq-gapless", may "answer.matches-tokens" "result.equals-done" "stream.ends-with-done" "stream.sql-result-after-tool-end" "stream.chart-after-sql-result" "stream.tools-paired";
    NotANumberKills "not-a-number-kills" Worker ["answered" "not-a-number"] "a run with NaN in its rows fails"
        => "delivery.not-a-number-survived";
    RefusalsCountAsSent "refusals-count-as-sent" Worker ["answered" "refusing"] "events that are answered with 500 are counted as sent"
        => "delivery.failures-counted";
    RefusalKills "refusal-kills" Worker ["answered" "refusing"] "a run fails when an event of it is refused"
        => "delivery.refusal-survived";
    DoneNotAttempted "done-not-attempted" Worker ["answered" "refusing"] "done is not posted when an event before it was refused"
        => "delivery.done-attempted";
    HangHoldsUp "hang-holds-up" Worker ["answered" "hanging"] "each event waits for its time-out when the receiver hangs"
        => "delivery.hang-bounded";
    ClosedSocketKills "closed-socket-kills" Worker ["answered" "closing"] "a run fails when the receiver closes a connection"
        => "delivery.closed-socket-survived";
    EmptyUrlKills "empty-url-kills" Worker ["answered" "empty-url"] "a run fails when its callback URL is empty"
        => "delivery.empty-url-survived";
    // Attempts, retries, history.
    AttemptAlwaysOne "attempt-always-one" Worker ["answered" "taken-over"] "the events of a second attempt say that they are of the first"
        => "session.attempts-apart" "stream.ends-with-done";
    RetriesWithoutEnd "retries-without-end" Worker ["answered"] "the activity's retry policy has no end"
        => "retry.bounded";
    PermanentErrorRetried "permanent-error-retried" Worker ["answered" "unknown-connection"] "an unknown connection is tried again"
        => "retry.permanent-error-once" "stream.done-once" "stream.nothing-after-done";
    NoHeartbeatTimeout "no-heartbeat-timeout" Worker ["answered"] "the activity has no heartbeat time-out"
        => "history.timeouts";
    ActivityTwice "activity-twice" Worker ["answered"] "the workflow runs its activity twice"
        => "history.one-activity" "history.replays" "history.timeouts" "retry.bounded" "sql.nothing-else-ran";
    OtherDecisions "other-decisions" Worker ["answered"] "the workflow starts a timer that its code has not"
        => "history.replays";
    WorkflowTaskFails "workflow-task-fails" Worker ["answered" "wrong-input"] "the workflow panics over a wrong argument"
        => "retry.wrong-input-once" "history.no-failed-workflow-tasks" "stream.ends-with-done";
    // Heartbeats.
    NoHeartbeatInSilence "no-heartbeat-in-silence" Worker ["answered" "cancelled"] "heartbeats come with events only"
        => "heartbeat.during-silence";
    NoHeartbeatUnheard "no-heartbeat-unheard" Worker ["answered" "silence"] "without a callback URL there are no heartbeats"
        => "heartbeat.without-callback";
    NoHeartbeat "no-heartbeat" Worker ["answered"] "there are no heartbeats"
        => "temporal.heartbeat-progress";
    SecretInHeartbeat "secret-in-heartbeat" Worker ["answered"] "the heartbeat's details hold a key"
        => "security.no-secret-in-history" "temporal.heartbeat-progress";
    // The result.
    NoAnswer "no-answer" Worker ["answered"] "final_answer is empty"
        => "result.completed-with-answer" "result.whole" "answer.matches-tokens" "stream.done-result" "stream.tokens-join";
    NoSqlReported "no-sql-reported" Worker ["answered"] "sql_queries is empty"
        => "result.sql-queries" "sql.executed-as-reported" "sql.nothing-else-ran" "stream.sql-reported";
    SqlInvented "sql-invented" Worker ["answered"] "sql_queries has a statement that never ran"
        => "sql.executed-as-reported";
    SqlUnreported "sql-unreported" Worker ["answered"] "a statement runs that is not reported"
        => "sql.nothing-else-ran";
    CompletedAfterFailure "completed-after-failure" Worker ["answered" "database-gone"] "a run that failed is reported as completed"
        => "result.failed-when-database-gone" "result.whole" "answer.matches-tokens" "stream.done-result";
    ResultContradictsItself "result-contradicts-itself" Worker ["answered"] "a completed result has an error"
        => "result.whole" "stream.done-result";
    EventsMiscounted "events-miscounted" Worker ["answered"] "events_sent is one too many"
        => "result.events-counted";
    AnswerDependsOnListener "answer-depends-on-listener" Worker ["answered" "quiet"] "without a callback URL the answer is another"
        => "result.same-without-callback";
    SecretInResult "secret-in-result" Worker ["answered"] "the result's task_id is a key"
        => "security.no-secret-in-history" "security.no-secret-in-result" "security.no-secret-in-stream";
    // SQL.
    NoStatementTimeout "no-statement-timeout" Worker ["answered" "silence"] "statements have no time-out"
        => "sql.statement-timeout";
    StatementLeft "statement-left" Worker ["answered" "cancelled"] "the statement of a cancelled run goes on"
        => "sql.cancelled-with-run";
    ReadPathWrites "read-path-writes" Worker ["answered" "destructive"] "SQL in a prompt is executed as it is"
        => "sql.cannot-write", may "sql.nothing-else-ran";
    // The process.
    AlwaysHealthy "always-healthy" Worker ["answered" "poller-gone"] "the health stays green after the poller has died"
        => "process.unhealthy-without-poller";
    NeverHealthy "never-healthy" Worker ["answered" "stopped"] "the health is red while the worker polls"
        => "process.healthy-while-polling";
    StopsAtOnce "stops-at-once" Worker ["answered" "stopped"] "SIGTERM ends the process in the middle of its run"
        => "process.stops-in-order";
    SecretInOutput "secret-in-output" Worker ["answered"] "the worker's log holds a key"
        => "security.no-secret-in-output";
    // The receiver.
    SubscribersShare "subscribers-share" Receiver ["answered"] "each event goes to one of the open streams only"
        => "receiver.all-subscribers-alike" "receiver.nothing-lost", may "answer.matches-tokens" "result.equals-done" "stream.chart-after-sql-result" "stream.sql-result-after-tool-end" "stream.ends-with-done" "stream.seq-gapless" "stream.tools-paired" "stream.tokens-join" "stream.before-end" "stream.sql-reported" "stream.knowledge-first";
    LostOnReconnect "lost-on-reconnect" Receiver ["answered"] "whoever reconnects misses what came in between"
        => "receiver.all-subscribers-alike";
    SessionsNeverFreed "sessions-never-freed" Receiver ["answered"] "sessions that have ended are never freed"
        => "receiver.sessions-freed";
}
