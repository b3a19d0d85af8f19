//! What taking telemetry in costs: the real binary, real gRPC, real disk, all on one machine, in one run.
//!
//! `cargo bench --workspace --bench ingest` measures a release build. With `--profile dev` added it runs on a debug
//! build: its figures say nothing, but it shows that everything works. It listens on loopback only, takes about two
//! minutes and leaves nothing behind. Progress goes to standard error, the table to standard output.

mod grow;
mod load;
mod receiver;
mod records;
mod report;

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use indicatif::ProgressBar;

use load::{Bulk, Outcome, Paced};
use receiver::{Receiver, Tables};
use records::Pool;
use report::{Grown, Report};

/// How long decoding alone is measured.
const DECODING: Duration = Duration::from_secs(3);

/// One small export now and then, as from one developer.
const IDLE: Paced =
    Paced { connections: 1, records_per_batch: 1, records_per_second: 20, lasting: Duration::from_secs(10), mark: 1 };

/// As much as the receiver takes: connections that each send the next batch once the last is acknowledged.
const BULK: Bulk = Bulk { connections: 8, records_per_batch: 512, lasting: Duration::from_secs(20), mark: 0 };

/// A steady stream of half of that, whatever the receiver does. The rate is filled in.
const HALF: Paced =
    Paced { connections: 50, records_per_batch: 20, records_per_second: 0, lasting: Duration::from_secs(30), mark: 2 };

/// Set to anything, it adds the bulk load with many rows in the table, which takes two minutes more.
const LARGE: &str = "BAROGRAPH_BENCH_LARGE";

/// Rows in the table while ingest is measured: as it was left, and grown.
const SIZES: [u64; 3] = [0, 10_000_000, 100_000_000];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo test --all-targets` and test runners start benchmarks as well, without this flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(Duration::from_millis(120));

    progress.set_message("making records");
    let pool = Pool::generate();
    progress.set_message("decoding them");
    let decoded_per_second = pool.decode_for(DECODING)?;

    progress.set_message("starting the receiver, then a record now and then");
    let receiver = Receiver::start(Tables::Here)?;
    let idle = IDLE.run(&receiver.endpoint, &pool).await?;
    progress.set_message(format!("sending as fast as it acknowledges, {} s", BULK.lasting.as_secs()));
    let before = receiver.cpu()?;
    let bulk = BULK.run(&receiver.endpoint, &pool).await?;
    progress.set_message("waiting until the tables hold it and are compacted");
    receiver.wait_for_rows(idle.acknowledged + bulk.acknowledged).await?;
    receiver.wait_for_rest().await?;
    let bulk_cpu = receiver.cpu()?.saturating_sub(before);

    let half = half_of(&bulk);
    progress.set_message(format!("sending {} records/s, {} s", half.records_per_second, half.lasting.as_secs()));
    let compactions = receiver.compactions().await?;
    let paced = half.run(&receiver.endpoint, &pool).await?;
    let compactions = receiver.compactions().await? - compactions;
    let memory = receiver.memory()?;
    progress.set_message("stopping the receiver and counting rows");
    let home = receiver.stop().await?;
    let stored = home.rows()?;

    progress.set_message("the same while the tables are away");
    let receiver = Receiver::start(Tables::Away)?;
    let away = half.run(&receiver.endpoint, &pool).await?;
    drop(receiver);

    let bytes_at_rest = home.bytes_at_rest()?;
    let sizes = if std::env::var_os(LARGE).is_some() { &SIZES[..] } else { &[] };
    let (mut home, mut grown) = (home, Vec::new());
    for (rows, mark) in sizes.iter().zip(3..) {
        progress.set_message(format!("the same with {} million rows in the table", rows / 1_000_000));
        let rows = if *rows == 0 { home.rows()? } else { home.grow(*rows)? };
        let receiver = Receiver::start_in(home, Tables::Here)?;
        receiver.wait_for_rest().await?;
        let idle = receiver.memory()?;
        let before = receiver.cpu()?;
        let outcome = Bulk { mark, ..BULK }.run(&receiver.endpoint, &pool).await?;
        let cpu = receiver.cpu()?.saturating_sub(before);
        grown.push(Grown { rows, idle, outcome, cpu, loaded: receiver.memory()? });
        home = receiver.stop().await?;
    }
    progress.finish_and_clear();

    let report = Report {
        record_bytes: pool.bytes_per_record(),
        decoded_per_second,
        idle,
        bulk,
        bulk_cpu,
        half,
        paced,
        compactions,
        away,
        memory,
        stored,
        bytes_at_rest,
        grown,
    };
    write!(std::io::stdout().lock(), "{report}").context("cannot write to standard output")?;
    anyhow::ensure!(report.lost() == 0, "{} records were acknowledged and are not stored", report.lost());
    Ok(())
}

fn half_of(bulk: &Outcome) -> Paced {
    let rate = bulk.per_second() / 2.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate is positive and far below 2^32"
    )]
    let records_per_second = rate.max(1.0) as u32;
    Paced { records_per_second, ..HALF }
}
