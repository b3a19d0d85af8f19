//! Folders of an older layout: what they hold stays, what they lack is added.

use parquet::arrow::ArrowWriter;
use serde_json::json;

use super::*;

/// Whether a column came with layout 2.
fn is_new(column: &str) -> bool {
    column.starts_with("redaction_") && column != "redaction_policy"
}

/// Turns a folder into what layout 1 would have written: neither log nor files know the columns of layout 2.
fn make_older(folder: &Path) {
    for table in Table::ALL {
        let folder = folder.join("tables").join(table.name());
        for entry in fs::read_dir(folder.join("_delta_log")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let mut actions: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            for action in &mut actions {
                if let Some(metadata) = action.get_mut("metaData") {
                    metadata["configuration"][LAYOUT_PROPERTY] = json!("1");
                    let mut schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
                    schema["fields"].as_array_mut().unwrap().retain(|field| !is_new(field["name"].as_str().unwrap()));
                    metadata["schemaString"] = schema.to_string().into();
                }
                if let Some(add) = action.get_mut("add") {
                    add["size"] = drop_columns(&folder.join(add["path"].as_str().unwrap())).into();
                }
            }
            let lines: Vec<_> = actions.iter().map(|action| format!("{action}\n")).collect();
            fs::write(path, lines.concat()).unwrap();
        }
    }
}

/// Writes a data file anew without the columns of layout 2. Gives its size.
fn drop_columns(path: &Path) -> u64 {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let schema = batches[0].schema();
    let kept: Vec<usize> =
        schema.fields().iter().enumerate().filter(|(_, field)| !is_new(field.name())).map(|(index, _)| index).collect();
    assert!(kept.len() < schema.fields().len());
    let schema = Arc::new(schema.project(&kept).unwrap());
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, None).unwrap();
    for batch in batches {
        writer.write(&batch.project(&kept).unwrap()).unwrap();
    }
    writer.close().unwrap();
    fs::metadata(path).unwrap().len()
}

/// The names of a table's columns and its layout, as its log says last.
fn metadata(folder: &Path, table: Table) -> (Vec<String>, String) {
    let metadata =
        log(folder, table).into_iter().filter_map(|action| action.get("metaData").cloned()).next_back().unwrap();
    let schema: Value = serde_json::from_str(metadata["schemaString"].as_str().unwrap()).unwrap();
    let names = schema["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap().to_owned());
    (names.collect(), metadata["configuration"][LAYOUT_PROPERTY].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_layout_1_is_given_the_columns_it_lacks_once() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path(), prompt()).await;
    append(&store, mixed(10)).await.unwrap();
    store.close().await;
    let new = metadata(folder.path(), Table::Events);
    make_older(folder.path());
    let (older, layout) = metadata(folder.path(), Table::Events);
    assert_eq!((older.iter().any(|name| is_new(name)), layout.as_str()), (false, "1"));

    for round in 1..=2 {
        let store = open(folder.path(), prompt()).await;
        // What was stored before is known still.
        assert_eq!(append(&store, mixed(10)).await.unwrap().stored(), 0);
        assert_eq!(append(&store, mixed(10 + 10 * round)).await.unwrap().stored(), 3);
        store.close().await;
        for table in Table::ALL {
            let actions = log(folder.path(), table);
            assert_eq!(actions.iter().filter(|action| action.get("metaData").is_some()).count(), 2, "{}", table.name());
            let (mut columns, layout) = metadata(folder.path(), table);
            columns.sort();
            let mut known: Vec<_> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
            known.push("event_date".to_owned());
            known.sort();
            assert_eq!((columns, layout), (known, LAYOUT_VERSION.to_string()));
            assert_eq!(adds(folder.path(), table).len() as u128, 1 + round);
        }
    }
    let (mut upgraded, layout) = metadata(folder.path(), Table::Events);
    let (mut fresh, fresh_layout) = new;
    upgraded.sort();
    fresh.sort();
    assert_eq!((upgraded, layout), (fresh, fresh_layout));
}
