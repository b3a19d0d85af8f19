//! Social security numbers of the United States, written with dashes. They have no check digit, only numbers that were
//! never given out.

use super::is_part;
use crate::detect::{Hits, Kind, Text};

pub(super) const KIND: Kind = Kind::own("ssn");

/// Marks `123-45-6789`.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    const LENGTH: usize = 11;
    let bytes = text.bytes();
    for (start, window) in bytes.windows(LENGTH).enumerate() {
        let [area @ .., b'-', _, _, b'-', _, _, _, _] = window else { continue };
        let [.., group_1, group_2, b'-', serial_1, serial_2, serial_3, serial_4] = window else { continue };
        let (group, serial) = ([*group_1, *group_2], [*serial_1, *serial_2, *serial_3, *serial_4]);
        if !area.iter().chain(&group).chain(&serial).all(u8::is_ascii_digit) {
            continue;
        }
        let around = [start.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(start + LENGTH)];
        let is_given =
            ![&b"000"[..], b"666"].contains(&area) && !area.starts_with(b"9") && group != *b"00" && serial != *b"0000";
        if is_given && !around.into_iter().flatten().any(|byte| is_part(*byte)) {
            hits.push(start, start + LENGTH, &KIND);
        }
    }
}
