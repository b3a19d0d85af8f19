//! Cutting a text to a length.

use crate::detect::Marks;
use crate::forms;

/// How far back from a cut a mark may begin, bytes.
const LONGEST_MARK: usize = 80;

/// Cuts a text to so many characters and says how many there were; none when it is no longer than that. A mark is
/// left whole or left out.
pub(crate) fn cut(text: &str, limit: usize, marks: &Marks) -> Option<String> {
    let (kept, form) = forms::split_truncated(text);
    let (at, _) = kept.char_indices().nth(limit)?;
    let bytes = kept.as_bytes();
    let mark_at = |from: usize| marks.at(bytes, from).or_else(|| forms::at(bytes, from));
    let begin = (at.saturating_sub(LONGEST_MARK)..at)
        .find(|from| mark_at(*from).is_some_and(|length| from + length > at))
        .unwrap_or(at);
    let form = if form.is_empty() { forms::truncated(kept.chars().count()) } else { form.to_owned() };
    Some(format!("{}{form}", kept.get(..begin)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_says_how_long_it_was_and_is_not_cut_again() {
        let marks = Marks::of(["password"]);
        for (text, limit, expected) in [
            ("abc", 3, None),
            ("abcd", 3, Some("abc…[truncated:4]")),
            ("ééé", 2, Some("éé…[truncated:3]")),
            ("abc…[truncated:99]", 3, None),
            ("abcd…[truncated:99]", 3, Some("abc…[truncated:99]")),
            ("x [password] y", 5, Some("x …[truncated:14]")),
            ("x [password] y", 12, Some("x [password]…[truncated:14]")),
            ("x [passwor] y", 5, Some("x [pa…[truncated:13]")),
            ("[user#0a1b2c3d4e]/x", 4, Some("…[truncated:19]")),
        ] {
            let cut = cut(text, limit, &marks);
            assert_eq!(cut.as_deref(), expected, "{text}");
            assert_eq!(cut.and_then(|cut| super::cut(&cut, limit, &marks)), None);
        }
    }
}
