//! The frames of the journal: what precedes a payload, and how it is checked.
//!
//! One frame holds the rows of one group commit. Since every frame is synced before the next is written, only the last
//! one can be torn. Layout, little-endian: marker `BGJF`, payload length u32, position i64, CRC-32 u32, payload. The
//! CRC covers the segment's salt, length, position and payload; a sender cannot know the salt, so no text that it
//! sends can pass for a frame.

/// Starts every frame.
pub(super) const MARKER: [u8; 4] = *b"BGJF";

/// Length of what precedes a frame's payload, bytes.
pub(super) const HEADER_LEN: usize = 20;

/// What precedes a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) len: u32,
    pub(super) position: i64,
    crc: u32,
}

impl Header {
    /// The header of a payload; none for one beyond 4 GiB.
    pub(super) fn new(salt: &[u8], position: i64, payload: &[u8]) -> Option<Self> {
        let len = u32::try_from(payload.len()).ok()?;
        let mut header = Self { len, position, crc: 0 };
        header.crc = header.checksum(salt, payload);
        Some(header)
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&MARKER);
        bytes[4..8].copy_from_slice(&self.len.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.position.to_le_bytes());
        bytes[16..].copy_from_slice(&self.crc.to_le_bytes());
        bytes
    }

    /// Reads a header; none without the marker.
    pub(super) fn from_bytes(bytes: &[u8; HEADER_LEN]) -> Option<Self> {
        let [m0, m1, m2, m3, l0, l1, l2, l3, p0, p1, p2, p3, p4, p5, p6, p7, c0, c1, c2, c3] = *bytes;
        ([m0, m1, m2, m3] == MARKER).then_some(Self {
            len: u32::from_le_bytes([l0, l1, l2, l3]),
            position: i64::from_le_bytes([p0, p1, p2, p3, p4, p5, p6, p7]),
            crc: u32::from_le_bytes([c0, c1, c2, c3]),
        })
    }

    /// Whether the payload is the one that was written.
    pub(super) fn fits(&self, salt: &[u8], payload: &[u8]) -> bool {
        self.len as usize == payload.len() && self.crc == self.checksum(salt, payload)
    }

    fn checksum(&self, salt: &[u8], payload: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(salt);
        hasher.update(&self.len.to_le_bytes());
        hasher.update(&self.position.to_le_bytes());
        hasher.update(payload);
        hasher.finalize()
    }
}
