//! What every target asks of the detector.

use std::sync::LazyLock;
use std::time::Duration;

use barograph_redaction::detect::{Detector, Failure, Personal};
use cpu_time::ThreadTime;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::default);

/// What linear code takes at most, instrumented and on a busy machine. What takes longer must be shown to be linear.
const A_BYTE: Duration = Duration::from_micros(10);
const AT_LEAST: Duration = Duration::from_millis(50);

/// So much longer a text of four times the length may take: sixteen times is what a square is.
const GROWTH: u32 = 8;

/// Masks a text, and once more: no panic, at rest after the first time, in time.
pub fn judged(text: &str) -> Option<String> {
    let masked = DETECTOR.mask(text, Personal::Mask).map(|masked| masked.text.into_owned());
    if hash(text) % 16 == 0 && !text.is_empty() {
        grows_with_length(text);
    }
    match masked {
        Ok(masked) => {
            let again = DETECTOR.mask(&masked, Personal::Mask);
            let again = again.unwrap_or_else(|failure| panic!("judged once, and then: {failure}"));
            assert_eq!(again.text, masked, "masked again, it is another text");
            Some(masked)
        }
        Err(Failure::Panicked) => panic!("a detector failed"),
        Err(_) => None,
    }
}

/// The same piece again and again is what makes a scan quadratic.
fn grows_with_length(text: &str) {
    let long = text.repeat(64 * 1024 / text.len() + 1);
    let short = text.repeat(16 * 1024 / text.len() + 1);
    let length = u32::try_from(long.len()).unwrap_or(u32::MAX);
    let took = least(&long);
    if took > AT_LEAST + A_BYTE * length {
        let shorter = least(&short);
        assert!(took < shorter * GROWTH, "{} bytes took {shorter:?}, {length} took {took:?}", short.len());
    }
}

/// The thread's own time, since the machine does other things; and the least of some, since its caches do too.
fn least(text: &str) -> Duration {
    let once = || {
        let began = ThreadTime::now();
        let _withheld_or_not = DETECTOR.mask(text, Personal::Mask);
        began.elapsed()
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A token that a rule knows, in pieces.
pub fn token() -> String {
    ["gl", "pat-", "Xy7qLm2RtV9wKp4ZsN8c"].concat()
}
