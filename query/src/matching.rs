//! Functions that look for a text in columns, whatever the case of its letters.
//!
//! SQL's ILIKE compiles its pattern for every batch of every column, which outweighs everything else when a table has
//! many small files, and compares every row anew. These are compiled once per question, and remember the outcome for
//! the value before: in files sorted by session most identity columns repeat it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, StringViewArray};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::DataType;
use datafusion::common::exec_datafusion_err;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use regex::bytes::{Regex, RegexBuilder};

/// The longest text that is looked for, bytes; what is longer is found by its beginning.
const MAX_TEXT: usize = 1_000;

/// A function of any number of text columns: whether one of them holds what is looked for. Null holds nothing.
#[derive(Clone, Debug)]
pub(crate) struct Matching {
    name: &'static str,
    pattern: Regex,
    signature: Signature,
}

impl Matching {
    /// Texts that contain this one.
    pub(crate) fn containing(name: &'static str, part: &str) -> Option<Self> {
        let end = part.floor_char_boundary(MAX_TEXT);
        Self::new(name, &regex::escape(part.get(..end)?))
    }

    /// URLs at this host: scheme, perhaps user, the host whole, perhaps a port, then the rest.
    pub(crate) fn url_at(name: &'static str, host: &str) -> Option<Self> {
        let end = host.floor_char_boundary(MAX_TEXT);
        let host = regex::escape(host.get(..end)?);
        Self::new(name, &format!("^[^:/?#]+://(?:[^/?#]*@)?{host}(?::[0-9]*)?(?:[/?#]|$)"))
    }

    /// Texts that a pattern of ours matches.
    pub(crate) fn pattern(name: &'static str, pattern: &str) -> Option<Self> {
        Self::new(name, pattern)
    }

    /// None when the engine of patterns finds it too large, which [`MAX_TEXT`] prevents.
    fn new(name: &'static str, pattern: &str) -> Option<Self> {
        let pattern = RegexBuilder::new(pattern).case_insensitive(true).build().ok()?;
        let signature = Signature::variadic(vec![DataType::Utf8View], Volatility::Immutable);
        Some(Self { name, pattern, signature })
    }

    /// The function, to be registered for one question.
    pub(crate) fn function(&self) -> ScalarUDF {
        ScalarUDF::new_from_impl(self.clone())
    }

    fn matches(&self, column: &StringViewArray, found: &mut [bool]) {
        let mut before: Option<(u128, bool)> = None;
        for ((index, view), found) in column.views().iter().enumerate().zip(found) {
            if *found || column.is_null(index) {
                continue;
            }
            // Equal views are equal texts: the same bytes, or the same place in the same buffer.
            *found = match before {
                Some((same, held)) if same == *view => held,
                _ => self.pattern.is_match(column.value(index).as_bytes()),
            };
            before = Some((*view, *found));
        }
    }
}

impl ScalarUDFImpl for Matching {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut found = vec![false; arguments.number_rows];
        for argument in &arguments.args {
            let column = argument.to_array(arguments.number_rows)?;
            let column = column.as_string_view_opt().ok_or_else(|| {
                exec_datafusion_err!("{} looks into texts, not into {}", self.name, column.data_type())
            })?;
            self.matches(column, &mut found);
        }
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(BooleanBuffer::from(found), None))))
    }
}

impl PartialEq for Matching {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.pattern.as_str() == other.pattern.as_str()
    }
}

impl Eq for Matching {}

impl Hash for Matching {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.pattern.as_str().hash(state);
    }
}

#[cfg(test)]
impl Matching {
    /// Whether one text is matched.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.pattern.is_match(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(matching: &Matching, texts: &[Option<&str>]) -> Vec<bool> {
        let mut found = vec![false; texts.len()];
        matching.matches(&texts.iter().copied().collect(), &mut found);
        found
    }

    #[test]
    fn letters_of_either_case_and_no_wildcards() {
        let matching = Matching::containing("f", "100%_Ä.*").unwrap();
        let texts = [Some("rate 100%_ä.* here"), Some("100 percent Ä"), None, Some("")];
        assert_eq!(holding(&matching, &texts), [true, false, false, false]);
    }

    #[test]
    fn repeated_values_keep_their_outcome() {
        let matching = Matching::containing("f", "push").unwrap();
        let long = "a command too long to be kept in a view: git PUSH";
        let texts = [Some(long), Some(long), Some("pull"), Some("pull"), None, Some("push"), Some("pull")];
        assert_eq!(holding(&matching, &texts), [true, true, false, false, false, true, false]);
    }

    #[test]
    fn hosts_are_matched_whole() {
        let matching = Matching::url_at("f", "example.org").unwrap();
        let texts =
            ["https://example.org", "http://EXAMPLE.org:8080/x", "ssh://git@example.org/a", "x://example.org?q"];
        assert_eq!(holding(&matching, &texts.map(Some)), [true; 4]);
        let texts = ["https://docs.example.org", "https://example.organic/", "https://exampleXorg/", "example.org"];
        assert_eq!(holding(&matching, &texts.map(Some)), [false; 4]);
        assert_eq!(holding(&matching, &[Some("https://evil/?u=https://example.org/")]), [false]);
    }

    #[test]
    fn a_text_of_any_length_can_be_looked_for() {
        assert!(Matching::containing("f", &"ä%".repeat(100_000)).is_some());
        assert!(Matching::url_at("f", &"(".repeat(100_000)).is_some());
    }
}
