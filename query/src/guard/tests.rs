//! No write passes, whatever it is dressed as.

use proptest::prelude::*;

use super::*;

/// Statements that write, or reach outside, or set something.
const HOSTILE: &[&str] = &[
    "DROP TABLE events",
    "DROP VIEW decisions",
    "CREATE TABLE t (a INT)",
    "CREATE TABLE t AS SELECT * FROM events",
    "CREATE VIEW v AS SELECT 1",
    "CREATE OR REPLACE VIEW decisions AS SELECT 1",
    "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE SCHEMA s",
    "CREATE DATABASE d",
    "CREATE FUNCTION f(INT) RETURNS INT RETURN 1",
    "CREATE INDEX i ON events (team)",
    "ALTER TABLE events ADD COLUMN x INT",
    "INSERT INTO events SELECT * FROM events",
    "INSERT INTO events VALUES (1)",
    "UPDATE events SET team = 'x'",
    "DELETE FROM events",
    "TRUNCATE TABLE events",
    "MERGE INTO events USING spans ON true WHEN MATCHED THEN DELETE",
    "COPY events TO '/tmp/x.csv'",
    "COPY (SELECT * FROM events) TO '/tmp/x.parquet' STORED AS PARQUET",
    "COPY events FROM '/tmp/x.csv'",
    "SET datafusion.execution.batch_size = 1",
    "SET TIME ZONE = 'UTC'",
    "RESET datafusion.execution.batch_size",
    "SHOW ALL",
    "SHOW datafusion.execution.batch_size",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "DEALLOCATE p",
    "BEGIN",
    "START TRANSACTION",
    "COMMIT",
    "ROLLBACK",
    "USE other",
    "CALL f()",
    "KILL 1",
    "GRANT SELECT ON events TO public",
    "ANALYZE TABLE events",
    "VACUUM",
    "ATTACH DATABASE 'x' AS y",
    "LOAD 'httpfs'",
    "INSTALL httpfs",
    "PRAGMA x",
    "DECLARE c CURSOR FOR SELECT 1",
    "EXPLAIN INSERT INTO events SELECT * FROM events",
    "EXPLAIN ANALYZE INSERT INTO events SELECT * FROM events",
    "EXPLAIN COPY events TO '/tmp/x.csv'",
    "EXPLAIN CREATE TABLE t AS SELECT 1",
    "EXPLAIN EXPLAIN DROP TABLE events",
    "DESCRIBE INSERT INTO events SELECT 1",
    "SELECT * INTO t FROM events",
    "SELECT * FROM events FOR UPDATE",
    "SELECT * FROM (SELECT * FROM events FOR SHARE) x",
    "WITH x AS (INSERT INTO events SELECT 1 RETURNING 1) SELECT * FROM x",
    "WITH x AS (DELETE FROM events RETURNING 1) SELECT * FROM x",
    "WITH x AS (UPDATE events SET team = 'x' RETURNING 1) SELECT * FROM x",
    "WITH x AS (SELECT 1) INSERT INTO events SELECT * FROM x",
    "WITH x AS (SELECT 1) DELETE FROM events",
    "WITH x AS (SELECT 1) UPDATE events SET team = 'x'",
    "SELECT (WITH x AS (DELETE FROM events RETURNING 1) SELECT 1 FROM x)",
    "SELECT 1 UNION ALL (WITH x AS (DELETE FROM events RETURNING 1) SELECT 1 FROM x)",
    "SELECT 1; DROP TABLE events",
    "DROP TABLE events; SELECT 1",
    "SELECT 1; SELECT 2",
];

const READING: &[&str] = &[
    "SELECT 1",
    "select * from events;",
    "-- a remark\nSELECT 1 /* another */ ;",
    "(SELECT 1)",
    "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < 5) SELECT * FROM x",
    "VALUES (1, 'a'), (2, 'b')",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE VERBOSE SELECT 1",
    "DESCRIBE events",
    "DESC events",
    "DESCRIBE SELECT 1",
    "SHOW TABLES",
    "SHOW COLUMNS FROM events",
    "SELECT 'DROP TABLE events; DELETE FROM events' AS harmless",
    "SELECT \"insert\" FROM (SELECT 1 AS \"insert\") AS \"update\"",
];

#[test]
fn statements_that_read_pass() {
    for sql in READING {
        check(sql).unwrap_or_else(|refusal| panic!("{sql}: {refusal}"));
    }
}

#[test]
fn hostile_statements_are_refused() {
    for sql in HOSTILE {
        assert!(check(sql).is_err(), "{sql}");
    }
}

#[test]
fn refusals_say_what_was_wrong_and_what_works() {
    let refusal = |sql: &str| check(sql).unwrap_err().to_string();
    assert!(refusal("DROP TABLE events").starts_with("DROP is not allowed: tables can only be read, with SELECT"));
    assert!(refusal("  ").starts_with("the statement is empty"));
    assert!(refusal("SELECT 1; SELECT 2").starts_with("there are 2 statements"));
    let syntax = refusal("SELECT *\nFORM events");
    assert!(syntax.starts_with("the statement does not parse") && syntax.contains("Line: 2, Column: "), "{syntax}");
    let syntax = refusal("SELECT 'open");
    assert!(syntax.contains("Line: 1, Column: 8"), "{syntax}");
}

proptest! {
    /// A write stays a write in any case of letters and with any blanks and remarks between its words.
    #[test]
    fn disguised_writes_are_refused(
        index in 0..HOSTILE.len(),
        flips in prop::collection::vec(any::<bool>(), 120),
        gap in prop::sample::select(vec![" ", "\n", "\t", " /* x */ ", " -- x\n", "  "]),
        before in prop::sample::select(vec!["", " ", "/* SELECT 1 */ ", "-- SELECT 1\n", "SELECT 1; ", ";"]),
        after in prop::sample::select(vec!["", ";", " ; ;", " -- SELECT 1", "; SELECT 1"]),
    ) {
        let text: String = HOSTILE[index]
            .chars()
            .zip(flips.iter().cycle())
            .map(|(sign, flip)| if *flip { sign.to_ascii_uppercase() } else { sign.to_ascii_lowercase() })
            .collect();
        let sql = format!("{before}{}{after}", text.replace(' ', gap));
        prop_assert!(check(&sql).is_err(), "{}", sql);
    }

    /// Writes inside a query, wherever a query can stand, are refused too.
    #[test]
    fn buried_writes_are_refused(
        write in prop::sample::select(vec![
            "INSERT INTO events SELECT 1", "DELETE FROM events", "UPDATE events SET team = 'x'",
        ]),
        wrappers in prop::collection::vec(prop::sample::select(vec![
            "SELECT * FROM ({}) x", "WITH y AS ({}) SELECT * FROM y", "SELECT ({})", "SELECT 1 UNION ALL ({})",
            "SELECT 1 WHERE EXISTS ({})", "SELECT 1 WHERE 1 IN ({})", "({})", "EXPLAIN {}",
            "SELECT 1 ORDER BY ({})", "SELECT * FROM events JOIN LATERAL ({}) z ON true",
        ]), 1..4),
    ) {
        let sql = wrappers.iter().fold(write.to_owned(), |inner, wrapper| wrapper.replace("{}", &inner));
        prop_assert!(check(&sql).is_err(), "{}", sql);
    }

    /// Whatever is thrown at it, it answers, and what passes is a query or a description by its first word.
    #[test]
    fn any_text_is_judged(sql in "[ -~\\n]{0,80}|(SELECT|INSERT|WITH|DROP|EXPLAIN|COPY|x|\\(|\\)|,|;|1|'a'| ){0,30}") {
        if let Ok(checked) = check(&sql) {
            let text = checked.statement.to_string();
            let first = text.trim_start_matches('(').split_whitespace().next().unwrap_or_default().to_uppercase();
            prop_assert!(
                ["SELECT", "WITH", "VALUES", "EXPLAIN", "DESCRIBE", "DESC", "SHOW", "FROM"].contains(&first.as_str()),
                "{}", text
            );
        }
    }
}
