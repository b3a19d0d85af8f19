//! Inflates a body, never beyond the largest message: a bomb costs one buffer of that size, for a moment.

use std::io::Read;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::AsHeaderName;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use super::MAX_MESSAGE_BYTES;
use super::refusal::Refusal;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Identity,
    Gzip,
    Zstd,
    /// The zlib format, which both HTTP and gRPC call deflate.
    Deflate,
}

impl Compression {
    /// Reads `Content-Encoding` or `grpc-encoding`. Several compressions over one another are not supported.
    pub(super) fn of(headers: &HeaderMap, name: impl AsHeaderName) -> Result<Self, Refusal> {
        let mut values = headers.get_all(name).into_iter();
        let Some(value) = values.next() else { return Ok(Self::Identity) };
        if values.next().is_some() {
            return Err(Refusal::UnknownCompression);
        }
        match value.to_str().unwrap_or("?").trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            // The older name, which means the same (RFC 9110 section 8.4.1.3).
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "zstd" => Ok(Self::Zstd),
            "deflate" => Ok(Self::Deflate),
            _ => Err(Refusal::UnknownCompression),
        }
    }

    /// The bytes that were compressed: all of them, and nothing after them.
    pub(super) fn inflate(self, message: &Bytes) -> Result<Bytes, Refusal> {
        let bytes = message.as_ref();
        match self {
            Self::Identity => return Ok(message.clone()),
            // The decoders take nothing at all for a whole stream; no compressor writes that.
            _ if bytes.is_empty() => Err(Refusal::Corrupt),
            Self::Gzip => read_capped(MultiGzDecoder::new(bytes)),
            Self::Zstd => read_capped(zstd::Decoder::with_buffer(bytes).map_err(|_| Refusal::Corrupt)?),
            Self::Deflate => {
                let mut decoder = ZlibDecoder::new(bytes);
                let inflated = read_capped(&mut decoder)?;
                if decoder.get_ref().is_empty() { Ok(inflated) } else { Err(Refusal::Corrupt) }
            }
        }
        .map(Bytes::from)
    }
}

fn read_capped(decoder: impl Read) -> Result<Vec<u8>, Refusal> {
    let mut inflated = Vec::new();
    // One byte beyond the limit tells a message that has just the limit from one that goes on.
    decoder.take(MAX_MESSAGE_BYTES as u64 + 1).read_to_end(&mut inflated).map_err(|_| Refusal::Corrupt)?;
    if inflated.len() > MAX_MESSAGE_BYTES { Err(Refusal::TooLarge) } else { Ok(inflated) }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use super::*;

    pub(in super::super) fn compress(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::fast();
        match compression {
            Compression::Identity => bytes.to_vec(),
            Compression::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Compression::Zstd => zstd::encode_all(bytes, 1).unwrap(),
            Compression::Deflate => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
        }
    }

    pub(in super::super) const COMPRESSED: [Compression; 3] =
        [Compression::Gzip, Compression::Zstd, Compression::Deflate];

    #[test]
    fn whole_streams_are_inflated_up_to_the_limit() {
        for compression in COMPRESSED {
            for len in [0, 1, 100_000, MAX_MESSAGE_BYTES] {
                let stream = compress(compression, &vec![7; len]);
                assert_eq!(compression.inflate(&stream.into()).unwrap().len(), len, "{compression:?}");
            }
        }
    }

    #[test]
    fn one_byte_over_the_limit_is_too_large() {
        for compression in COMPRESSED {
            let bomb = compress(compression, &vec![0; MAX_MESSAGE_BYTES + 1]);
            assert!(matches!(compression.inflate(&bomb.into()), Err(Refusal::TooLarge)), "{compression:?}");
        }
    }

    #[test]
    fn cut_false_and_overlong_streams_are_corrupt() {
        for compression in COMPRESSED {
            let text: Vec<u8> = (0..10_000_u32).flat_map(|i| (i.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
            let stream = compress(compression, &text);
            let mut damaged = stream.clone();
            damaged[stream.len() / 2] ^= 0x55;
            let faults =
                [&b""[..], b"plain", &stream[..1], &stream[..stream.len() - 1], &[&stream[..], b"more"].concat()];
            for fault in faults {
                assert!(
                    matches!(compression.inflate(&Bytes::copy_from_slice(fault)), Err(Refusal::Corrupt)),
                    "{compression:?} {}",
                    fault.len()
                );
            }
            if compression != Compression::Zstd {
                // zstd's command line adds a checksum, its library by default does not.
                assert!(matches!(compression.inflate(&damaged.into()), Err(Refusal::Corrupt)), "{compression:?}");
            }
        }
    }

    #[test]
    fn streams_in_several_parts_are_read_whole() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let two = [compress(compression, b"one "), compress(compression, b"two")].concat();
            assert_eq!(compression.inflate(&two.into()).unwrap().as_ref(), b"one two");
        }
    }
}
