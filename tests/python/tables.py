"""Reads a data folder's tables with other engines, while they are written, and weighs them against DuckDB's own Parquet.

    tables.py watch BAROGRAPH DATA_DIR SECONDS    every engine counts the rows again and again while a server writes
    tables.py agree BAROGRAPH DATA_DIR            every engine and Barograph count the same
    tables.py weigh DATA_DIR                      bytes an event, ours and those of the same rows as DuckDB writes them
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import deltalake
import duckdb
import polars

TABLES = ["events", "spans", "metric_points"]


def folder(data_dir, table):
    return os.path.join(data_dir, "tables", table)


def files(data_dir, table):
    return [f.removeprefix("file://") for f in deltalake.DeltaTable(folder(data_dir, table)).file_uris()]


def with_deltalake(data_dir, table):
    return deltalake.DeltaTable(folder(data_dir, table)).to_pyarrow_dataset().count_rows()


def with_polars(data_dir, table):
    return polars.scan_delta(folder(data_dir, table)).select(polars.len()).collect().item()


def with_duckdb(data_dir, table):
    live = files(data_dir, table)
    return duckdb.sql(f"SELECT count(*) FROM read_parquet({live!r})").fetchall()[0][0] if live else 0


ENGINES = {"deltalake": with_deltalake, "polars": with_polars, "duckdb": with_duckdb}


def with_barograph(binary, data_dir, table):
    query = [binary, "query", f"SELECT count(*) AS n FROM {table}", "--format", "csv", "--data-dir", data_dir]
    return int(subprocess.run(query, check=True, capture_output=True, text=True).stdout.split()[1])


def watch(binary, data_dir, seconds):
    """Counts only grow: no engine ever sees a compaction half done."""
    end, reads, last = time.monotonic() + seconds, 0, {}
    while time.monotonic() < end:
        for table in TABLES:
            for name, count in ENGINES.items():
                if not os.path.isdir(os.path.join(folder(data_dir, table), "_delta_log")):
                    continue
                found = count(data_dir, table)
                before = last.get((table, name), 0)
                assert found >= before, f"{name} counts {found} {table} after {before}"
                last[table, name] = found
                reads += 1
    print(f"{reads} counts while the tables were written, none fell; last: {last}")


def agree(binary, data_dir):
    for table in TABLES:
        counts = {name: count(data_dir, table) for name, count in ENGINES.items()}
        counts["barograph"] = with_barograph(binary, data_dir, table)
        print(f"{table:<14}", *(f"{name} {count:,}" for name, count in counts.items()), sep="  ")
        assert len(set(counts.values())) == 1, counts


def weigh(data_dir):
    for table in TABLES:
        live = files(data_dir, table)
        rows = duckdb.sql(f"SELECT count(*) FROM read_parquet({live!r})").fetchall()[0][0]
        ours = sum(os.path.getsize(path) for path in live)
        with tempfile.TemporaryDirectory() as temporary:
            theirs = os.path.join(temporary, "rows.parquet")
            everything = f"SELECT * FROM read_parquet({live!r}, union_by_name = true, hive_partitioning = false)"
            duckdb.sql(f"COPY ({everything}) TO '{theirs}' (FORMAT parquet, COMPRESSION zstd)")
            plain = os.path.getsize(theirs)
        figures = {"files": len(live), "rows": rows, "ours": round(ours / rows, 1), "duckdb": round(plain / rows, 1)}
        print(json.dumps({"table": table, **figures, "ratio": round(ours / plain, 3)}))


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "watch":
        watch(rest[0], rest[1], float(rest[2]))
    else:
        {"agree": agree, "weigh": weigh}[what](*rest)
