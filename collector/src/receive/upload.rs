//! Reads a request's body within bounds of size, memory and time.

use std::time::Duration;

use axum::body::HttpBody;
use axum::body::{Body, BodyDataStream, Bytes};
use bytes::BytesMut;
use futures::StreamExt;

use super::admission::Reservation;
use super::refusal::Refusal;

/// Bytes of a refused body that are read and thrown away, so that the client, still writing, gets to see the answer.
pub(super) const DRAIN_BYTES: usize = super::MAX_MESSAGE_BYTES;

/// A body, read or yet to be read.
#[derive(Debug)]
pub(super) struct Upload {
    announced: u64,
    stream: BodyDataStream,
    begun: bool,
    ended: bool,
}

impl Upload {
    pub(super) fn new(body: Body) -> Self {
        let announced = body.size_hint().lower();
        Self { announced, stream: body.into_data_stream(), begun: false, ended: false }
    }

    /// Whether anything was asked for yet. Until then a client that waits for "100 Continue" sends nothing.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Reads the body whole, if it has at most `limit` bytes and arrives within `time`. Memory grows with what arrives,
    /// not with what is announced.
    pub(super) async fn read(
        &mut self,
        limit: usize,
        time: Duration,
        reservation: &mut Reservation,
    ) -> Result<Bytes, Refusal> {
        if self.announced > limit as u64 {
            return Err(Refusal::TooLarge);
        }
        tokio::time::timeout(time, self.read_chunks(limit, reservation)).await.unwrap_or(Err(Refusal::Slow))
    }

    async fn read_chunks(&mut self, limit: usize, reservation: &mut Reservation) -> Result<Bytes, Refusal> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            let len = bytes.len() + chunk.len();
            if len > limit {
                return Err(Refusal::TooLarge);
            }
            reservation.cover(len).await?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// Throws away what is left of a refused body, up to a bound in bytes and one in time.
    pub(super) async fn drain(&mut self, most: usize, time: Duration) {
        let drain = async {
            let mut drained = 0;
            while let Ok(Some(chunk)) = self.next().await {
                drained += chunk.len();
                if drained > most {
                    break;
                }
            }
        };
        // Whether it ended in time makes no difference to the answer.
        drop(tokio::time::timeout(time, drain).await);
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        if self.ended {
            return Ok(None);
        }
        self.begun = true;
        let chunk = self.stream.next().await;
        self.ended = !matches!(chunk, Some(Ok(_)));
        chunk.transpose().map_err(|_| Refusal::CutOff)
    }
}
