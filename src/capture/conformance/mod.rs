//! Whether our client and our server keep to the standard of server-sent events (HTML, "Server-sent events"), on
//! recorded streams: cut anywhere, written in every way that the standard permits, broken off at every byte.

mod client;
mod cutting_proxy;
mod reconnects;
mod recordings;
mod server;
