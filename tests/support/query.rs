//! Asks through the `barograph query` command, as a person would.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::server::barograph;

/// How many rows are asked for at once.
const PAGE_ROWS: usize = 5_000;

/// The rows that a statement gives.
pub(crate) fn rows<T: DeserializeOwned>(data_dir: &Path, sql: &str) -> Vec<T> {
    let output =
        barograph().args(["query", "--data-dir"]).arg(data_dir).args(["--format", "json", sql]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the query failed: {sql}\n{errors}");
    let json = String::from_utf8(output.stdout).expect("query prints UTF-8");
    serde_json::from_str(&json)
        .unwrap_or_else(|error| panic!("the answer to {sql} is not as expected: {error}\n{errors}"))
}

/// All rows of a table or view, however many; `columns` is the select list.
pub(crate) fn all_rows<T: DeserializeOwned>(data_dir: &Path, columns: &str, table: &str) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let offset = all.len();
        let sql = format!("SELECT {columns} FROM {table} ORDER BY event_id LIMIT {PAGE_ROWS} OFFSET {offset}");
        let page: Vec<T> = rows(data_dir, &sql);
        let last = page.len() < PAGE_ROWS;
        all.extend(page);
        if last {
            break;
        }
    }
    let counted = count(data_dir, table);
    assert_eq!(all.len() as u64, counted, "{table} gives as many rows as it counts");
    all
}

/// How many rows a table or view has, or those of them that a condition (`table WHERE …`) picks.
pub(crate) fn count(data_dir: &Path, table: &str) -> u64 {
    #[derive(Deserialize)]
    struct Count {
        n: u64,
    }
    let counts: Vec<Count> = rows(data_dir, &format!("SELECT count(*) AS n FROM {table}"));
    counts.first().expect("a count has one row").n
}
