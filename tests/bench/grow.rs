//! Makes a table of events as large as one likes at once: the files that it holds are linked again and again under new
//! names, in days gone by, and one entry of the log names them all. Rows repeat; to ingest, and to what a table costs by
//! being there, that makes no difference.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// Days that the new files are spread over.
const DAYS: usize = 90;

/// Grows the events of a data folder to at least so many rows, while no server runs on it. Gives how many there are.
pub(crate) fn grow(data: &Path, rows: u64) -> anyhow::Result<u64> {
    let table = data.join("tables/events");
    let (live, version) = live(&table)?;
    let seeds: Vec<&Value> = live.values().filter(|add| add["size"].as_u64() > Some(1 << 20)).collect();
    ensure!(!seeds.is_empty(), "there is no large file to grow from");
    let mut have: u64 = live.values().map(count).sum();
    let mut entry = vec![json!({"commitInfo": {"operation": "WRITE"}})];
    for (number, seed) in (0_usize..).zip(seeds.iter().cycle()) {
        if have >= rows {
            break;
        }
        let day = format!("2026-{:02}-{:02}", 6 + number % DAYS / 30, 1 + number % 30);
        let path = format!("event_date={day}/part-grown-{version}-{number}.parquet");
        let to = table.join(&path);
        fs::create_dir_all(to.parent().context("a file has a folder")?)?;
        let from = table.join(seed["path"].as_str().context("an add names its file")?);
        fs::hard_link(&from, &to).with_context(|| format!("cannot link {}", from.display()))?;
        let mut add = (*seed).clone();
        add["path"] = path.into();
        add["partitionValues"] = json!({"event_date": day});
        entry.push(json!({"add": add}));
        have += count(seed);
    }
    let lines: Vec<String> = entry.iter().map(ToString::to_string).collect();
    fs::write(table.join(format!("_delta_log/{:020}.json", version + 1)), lines.join("\n"))?;
    Ok(have)
}

/// How many bytes the events' files take that belong to the table.
pub(crate) fn bytes_at_rest(data: &Path) -> anyhow::Result<u64> {
    let (live, _) = live(&data.join("tables/events"))?;
    Ok(live.values().filter_map(|add| add["size"].as_u64()).sum())
}

/// The files that belong to a table, by path, and its last version. Reads the entries of the log only, so it must be one
/// that has not been cleaned up.
fn live(table: &Path) -> anyhow::Result<(BTreeMap<String, Value>, u64)> {
    let entries = fs::read_dir(table.join("_delta_log"))?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries: Vec<PathBuf> = entries.collect::<Result<_, _>>()?;
    entries.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    entries.sort();
    let last = entries.last().and_then(|path| path.file_stem()?.to_str()?.parse().ok()).context("the log is empty")?;
    let mut live = BTreeMap::new();
    for entry in entries {
        for line in fs::read_to_string(entry)?.lines() {
            let action: Value = serde_json::from_str(line)?;
            if let Some(path) = action["add"]["path"].as_str() {
                live.insert(path.to_owned(), action["add"].clone());
            }
            if let Some(path) = action["remove"]["path"].as_str() {
                live.remove(path);
            }
        }
    }
    Ok((live, last))
}

fn count(add: &Value) -> u64 {
    let statistics = add["stats"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    statistics.and_then(|statistics| statistics["numRecords"].as_u64()).unwrap_or(0)
}
