//! What a fault may cost: time, and nothing else.
//!
//! After every fault the same is asserted ([`scene::Kept`]): the workflow ended as the contract says, its result was delivered
//! once, the transcript is complete and tells the attempts apart, no statement ran more often than there were attempts, and no
//! secret is anywhere.

mod control_plane;
mod killed;
mod network;
mod organisations;
mod queued;
mod receiver;
mod restarted;
mod scene;
mod stages;
mod stuck;
mod typesense;
