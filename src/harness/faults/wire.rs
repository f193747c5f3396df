//! Carrying bytes from one side to the other, as the link's condition has it.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::link::{Condition, Shared, State};

/// How many bytes are carried at once.
const PIECE: usize = 16 * 1024;

/// Takes connections for as long as there is a link.
pub(super) async fn accept(listener: TcpListener, peer: String, link: Weak<Shared>) {
    let Some(mut state) = link.upgrade().map(|link| link.state.subscribe()) else {
        return;
    };
    loop {
        let worker = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((worker, _)) => worker,
                // The worker has gone away again, or there are too many files open: the next one may be better.
                Err(error) => {
                    tracing::debug!(%error, "a link could not take a connection");
                    tokio::task::yield_now().await;
                    continue;
                }
            },
            () = gone(&mut state) => return,
        };
        let Some(link) = link.upgrade() else { return };
        tokio::spawn(carry(
            worker,
            peer.clone(),
            Arc::downgrade(&link),
            link.state.subscribe(),
        ));
    }
}

/// Ends when the link is gone.
async fn gone(state: &mut watch::Receiver<State>) {
    while state.changed().await.is_ok() {}
}

/// One connection, from its begin to its end.
async fn carry(
    mut worker: TcpStream,
    peer: String,
    link: Weak<Shared>,
    mut state: watch::Receiver<State>,
) {
    let count = |what: fn(&Shared)| {
        if let Some(link) = link.upgrade() {
            what(&link);
        }
    };
    let mut cut = state.clone();
    let carried = async {
        passable(&mut state).await?;
        let mut there = TcpStream::connect(&peer).await?;
        count(|link| {
            link.connections.fetch_add(1, Ordering::AcqRel);
        });
        // Small pieces are not to wait for one another: the link is not to be seen unless it is told to.
        worker.set_nodelay(true)?;
        there.set_nodelay(true)?;
        let (mut from_worker, mut to_worker) = worker.split();
        let (mut from_peer, mut to_peer) = there.split();
        let (mut out, mut back) = (state.clone(), state.clone());
        let ended = tokio::try_join!(
            one_way(&mut from_worker, &mut to_peer, &mut out),
            one_way(&mut from_peer, &mut to_worker, &mut back),
        );
        if ended.is_err() {
            let _ = there.set_zero_linger();
        }
        ended.map(drop)
    };
    let was_cut = tokio::select! {
        biased;
        was_cut = until_cut(&mut cut) => was_cut,
        ended = carried => {
            if let Err(error) = ended {
                tracing::debug!(%error, %peer, "a connection of a link ended");
            }
            false
        }
    };
    if was_cut {
        count(|link| {
            link.resets.fetch_add(1, Ordering::AcqRel);
        });
        // A reset, and not an end that looks like an orderly one. Fails only when it is gone already.
        let _ = worker.set_zero_linger();
    }
}

/// Waits until the link is cut, and says whether it was: it may also have gone.
async fn until_cut(state: &mut watch::Receiver<State>) -> bool {
    let before = state.borrow().cuts;
    state
        .wait_for(|state| state.condition == Condition::Cut || state.cuts != before)
        .await
        .is_ok()
}

/// Carries one direction to its end.
async fn one_way(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    state: &mut watch::Receiver<State>,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = from.read(&mut piece).await?;
        if let Some(later) = passable(state).await? {
            tokio::time::sleep(later).await;
            passable(state).await?;
        }
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&piece[..length]).await?;
    }
}

/// Waits until something may pass, and gives what it is to be later by.
async fn passable(state: &mut watch::Receiver<State>) -> io::Result<Option<Duration>> {
    let open = state
        .wait_for(|state| !matches!(state.condition, Condition::Silent | Condition::Cut))
        .await
        .map_err(|_| io::Error::other("the link is gone"))?;
    Ok(match open.condition {
        Condition::Slow(by) => Some(by),
        _ => None,
    })
}
