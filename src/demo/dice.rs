//! Seeded chance: ids, picks and waits. Integer arithmetic only, so that every (64-bit) machine rolls the same.

use fastrand::Rng;

/// How long people take to answer a permission prompt, ms: evenly spaced quantiles of a log-normal distribution
/// (median 7 s, σ 0.9), cut at 2 s and 60 s.
const WAIT_QUANTILES_MS: [i64; 17] = [
    2_000, 2_000, 2_490, 3_160, 3_820, 4_510, 5_260, 6_080, 7_000, 8_060, 9_320, 10_860, 12_850, 15_660, 19_680,
    27_860, 60_000,
];

/// Digits and letters of which tokens are made.
const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A seeded source of chance.
#[derive(Debug)]
pub(crate) struct Dice(Rng);

impl Dice {
    /// Dice for one purpose (`stream`) under a plan's seed: streams do not disturb one another.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.u64(..);
        Self(rng)
    }

    /// True in `percent` of 100 rolls.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.0.u32(..100) < percent
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, (low, high): (i64, i64)) -> i64 {
        self.0.i64(low..=high.max(low))
    }

    /// A number below `bound`, which must not be 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.u64(..bound.max(1))
    }

    /// One of the items, each as likely. There must be one.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &'a [&'a T]) -> &'a T {
        items[self.0.usize(..items.len())]
    }

    /// The index of one of the weights, each as likely as it is heavy; the last when all are 0.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u64> + Clone) -> usize {
        let mut roll = self.below(weights.clone().sum());
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            if roll < weight {
                return index;
            }
            roll -= weight;
            last = index;
        }
        last
    }

    /// How long a person takes to answer, ms.
    pub(crate) fn answer_ms(&mut self) -> i64 {
        let lower = self.0.usize(..WAIT_QUANTILES_MS.len() - 1);
        self.between((WAIT_QUANTILES_MS[lower], WAIT_QUANTILES_MS[lower + 1]))
    }

    /// Random bytes, as for trace and span ids.
    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }

    /// `N` random bytes in lower-case hex.
    pub(crate) fn hex<const N: usize>(&mut self) -> String {
        use std::fmt::Write as _;
        self.bytes::<N>().iter().fold(String::with_capacity(2 * N), |mut text, byte| {
            // Writing to a String cannot fail.
            let _written = write!(text, "{byte:02x}");
            text
        })
    }

    /// A random (version 4) UUID.
    pub(crate) fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }

    /// Digits and letters.
    pub(crate) fn alphanumeric(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(ALPHANUMERIC[self.0.usize(..ALPHANUMERIC.len())])).collect()
    }
}
