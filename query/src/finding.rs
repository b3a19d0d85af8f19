//! A function that looks for hashes in columns and says which it found.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, AsArray, StringViewArray, StringViewBuilder};
use arrow::datatypes::DataType;
use datafusion::common::exec_datafusion_err;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use regex::bytes::Regex;

/// A function of any number of text columns: the first of the hashes that one of them holds; null when none does.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    name: &'static str,
    pattern: Regex,
    signature: Signature,
}

impl Finding {
    /// Looks for any of these hashes. None when there are none, or when one is not made of hex digits.
    pub(crate) fn of(name: &'static str, hashes: &[String]) -> Option<Self> {
        let is_hash = |hash: &String| !hash.is_empty() && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        if hashes.is_empty() || !hashes.iter().all(is_hash) {
            return None;
        }
        let pattern = Regex::new(&hashes.join("|")).ok()?;
        let signature = Signature::variadic(vec![DataType::Utf8View], Volatility::Immutable);
        Some(Self { name, pattern, signature })
    }

    /// The function, to be registered for one question.
    pub(crate) fn function(&self) -> ScalarUDF {
        ScalarUDF::new_from_impl(self.clone())
    }

    fn find<'a>(&self, column: &'a StringViewArray, found: &mut [Option<&'a str>]) {
        for (index, found) in found.iter_mut().enumerate() {
            if found.is_none() && !column.is_null(index) {
                let text = column.value(index);
                *found = self.pattern.find(text.as_bytes()).and_then(|hit| text.get(hit.range()));
            }
        }
    }
}

impl ScalarUDFImpl for Finding {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let columns = arguments.args.iter().map(|argument| argument.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let mut found = vec![None; rows];
        for column in &columns {
            let column = column.as_string_view_opt().ok_or_else(|| {
                exec_datafusion_err!("{} looks into texts, not into {}", self.name, column.data_type())
            })?;
            self.find(column, &mut found);
        }
        let mut hashes = StringViewBuilder::with_capacity(rows);
        hashes.extend(found);
        Ok(ColumnarValue::Array(Arc::new(hashes.finish())))
    }
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.pattern.as_str() == other.pattern.as_str()
    }
}

impl Eq for Finding {}

impl Hash for Finding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.pattern.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hash_is_told() {
        let finding = Finding::of("f", &["aa11".to_owned(), "bb22".to_owned()]).unwrap();
        let columns = [
            StringViewArray::from(vec![None, Some("x [token:3:bb22] aa11"), Some("cc33"), Some("")]),
            StringViewArray::from(vec![Some("aa11"), Some("aa11"), None, Some("AA11")]),
        ];
        let mut found = vec![None; 4];
        for column in &columns {
            finding.find(column, &mut found);
        }
        assert_eq!(found, [Some("aa11"), Some("bb22"), None, None]);
    }

    #[test]
    fn only_hashes_are_looked_for() {
        assert!(Finding::of("f", &[]).is_none());
        assert!(Finding::of("f", &[".*".to_owned()]).is_none());
        assert!(Finding::of("f", &[String::new()]).is_none());
    }
}
