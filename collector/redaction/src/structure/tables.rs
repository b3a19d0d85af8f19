//! Tables whose head names a column for a secret: comma-separated values, tables in Markdown.

use std::ops::Range;

use super::names::{self, Said};
use super::placeholder;
use super::value;
use crate::detect::{Hits, Kind, Text};

/// Longest line that is read, bytes, and most columns.
const LONGEST: usize = 2048;
const MOST: usize = 64;

/// The column of a table that holds secrets.
struct Column {
    sign: u8,
    /// Which, and how many there are.
    at: usize,
    count: usize,
    kind: Kind,
}

/// Finds the cells of columns that are named for a secret.
pub(super) fn scan(text: Text<'_>, hits: &mut Hits) {
    let bytes = text.bytes();
    let mut columns: Vec<Column> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = value::line_end(bytes, at);
        let line = bytes.get(at..end).filter(|line| line.len() <= LONGEST).unwrap_or_default();
        let cells = columns.first().map(|column| cells(line, column.sign)).unwrap_or_default();
        if columns.first().is_some_and(|column| column.count == cells.len()) {
            for Column { at: number, kind, .. } in &columns {
                let Some(cell) = cells.get(*number) else { continue };
                let found = bare(line, cell.clone());
                let secret = line.get(found.clone()).unwrap_or_default();
                let is_word = secret.iter().all(|byte| !value::is_space(*byte));
                let is_rule = secret.iter().all(|byte| matches!(byte, b'-' | b':'));
                if secret.len() >= 4 && is_word && !is_rule && !placeholder::is_reference(secret) {
                    hits.push(at + found.start, at + found.end, kind);
                }
            }
        } else {
            columns = head(line);
        }
        at = end + 1;
    }
}

/// The columns of a line that is the head of a table: names only, one of which says secret.
fn head(line: &[u8]) -> Vec<Column> {
    for sign in [b',', b'|', b'\t'] {
        let cells = cells(line, sign);
        // Markdown has one before the first cell and one after the last, and words in a cell.
        let is_name = |cell: &[u8]| {
            cell.len() <= names::LONGEST
                && (sign == b'|' || !cell.is_empty())
                && cell.iter().all(|byte| {
                    byte.is_ascii_alphanumeric()
                        || matches!(byte, b'_' | b'-' | b'.')
                        || (sign == b'|' && *byte == b' ')
                })
        };
        let names: Vec<&[u8]> =
            cells.iter().map(|cell| line.get(bare(line, cell.clone())).unwrap_or_default()).collect();
        if !(2..=MOST).contains(&names.len()) || !names.iter().all(|name| is_name(name)) {
            continue;
        }
        let columns = names.iter().enumerate().filter_map(|(at, name)| match names::said(name) {
            Some(Said::Secret(kind)) => Some(Column { sign, at, count: names.len(), kind }),
            _ => None,
        });
        return columns.collect();
    }
    Vec::new()
}

/// The cells of a line.
fn cells(line: &[u8], sign: u8) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (at, byte) in line.iter().copied().enumerate() {
        if byte == sign {
            cells.push(start..at);
            start = at + 1;
        }
    }
    if start > 0 {
        cells.push(start..line.len());
    }
    cells
}

/// A cell without blanks and quotes around it.
fn bare(line: &[u8], cell: Range<usize>) -> Range<usize> {
    let around = |byte: &&u8| value::is_space(**byte) || value::is_quote(**byte);
    let all = line.get(cell.clone()).unwrap_or_default();
    let before = all.iter().take_while(around).count();
    let after = all.iter().skip(before).rev().take_while(around).count();
    cell.start + before..cell.end - after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Marks;

    #[test]
    fn cells_of_secret_columns_are_found() {
        let marks = Marks::default();
        for (text, expected) in [
            (
                "id,email,api_token,created\n1,ops,c963f2d90baf,2025\n2,ci,2996f6f2c528,2025\n",
                vec!["c963f2d90baf", "2996f6f2c528"],
            ),
            ("| system | password |\n|---|---|\n| kibana | `Q7GdK9aPWB1MvQ` |\n\nnext", vec!["Q7GdK9aPWB1MvQ"]),
            ("name\ttoken\nci\tabcdef\n", vec!["abcdef"]),
            ("fn f(user, password) {\n  g(user, x)\n}", vec![]),
            ("a, token count, b\n1, 20000, 3\n", vec![]),
            ("user,password\n", vec![]),
        ] {
            let mut hits = Hits::default();
            scan(Text { text, marks: &marks }, &mut hits);
            let found: Vec<&str> = hits.0.iter().filter_map(|hit| text.get(hit.span.clone())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
