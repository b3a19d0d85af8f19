//! Which of the bytes that scans begin from occur in a text: most texts need few scans.

#[derive(Clone, Copy, Debug)]
pub(super) struct Present(u8);

const PRESENT: [u8; 256] = {
    let mut present = [0; 256];
    let mut byte = 0_u8;
    loop {
        present[byte as usize] = match byte {
            // An encoded at sign, too.
            b'@' | b'%' => Present::AT,
            b'0'..=b'9' => Present::DIGIT,
            b'/' | b'\\' | b'~' => Present::SLASH,
            b'+' => Present::PLUS,
            _ => 0,
        };
        if byte == u8::MAX {
            break present;
        }
        byte += 1;
    }
};

impl Present {
    pub(super) const AT: u8 = 1;
    pub(super) const DIGIT: u8 = 2;
    pub(super) const SLASH: u8 = 4;
    pub(super) const PLUS: u8 = 8;

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(
            bytes
                .iter()
                .fold(0, |present, byte| present | PRESENT.get(usize::from(*byte)).copied().unwrap_or_default()),
        )
    }

    pub(super) fn has(self, any: u8) -> bool {
        self.0 & any != 0
    }
}
