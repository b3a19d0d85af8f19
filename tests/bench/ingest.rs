//! What taking telemetry in costs: the real binary, real gRPC, real disk, all on one machine, in one run.
//!
//! `cargo bench --workspace --bench ingest` measures a release build. With `--profile dev` added it runs on a debug
//! build: its figures say nothing, but it shows that everything works. It listens on loopback only, takes about a
//! minute and leaves nothing behind. Progress goes to standard error, the table to standard output.

mod load;
mod receiver;
mod records;
mod report;

use std::io::Write as _;
use std::time::Duration;

use anyhow::Context as _;
use indicatif::ProgressBar;

use load::{Bulk, Paced};
use receiver::Receiver;
use records::Pool;
use report::Report;

/// How long decoding alone is measured.
const DECODING: Duration = Duration::from_secs(3);

/// As much as the receiver takes: connections that each send the next batch once the last is acknowledged.
const BULK: Bulk = Bulk { connections: 8, records_per_batch: 512, lasting: Duration::from_secs(10) };

/// A steady stream, whatever the receiver does.
const PACED: Paced =
    Paced { connections: 50, records_per_batch: 10, records_per_second: 5_000, lasting: Duration::from_secs(20) };

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

    progress.set_message("starting the receiver");
    let receiver = Receiver::start()?;
    progress.set_message(format!("sending as fast as it acknowledges, {} s", BULK.lasting.as_secs()));
    let before = receiver.cpu()?;
    let bulk = BULK.run(&receiver.endpoint, &pool).await?;
    progress.set_message("waiting until the tables hold it");
    receiver.wait_for_rows(bulk.acknowledged).await?;
    let bulk_cpu = receiver.cpu()?.saturating_sub(before);

    progress.set_message(format!("sending {} records/s, {} s", PACED.records_per_second, PACED.lasting.as_secs()));
    let paced = PACED.run(&receiver.endpoint, &pool).await?;
    let memory = receiver.memory()?;
    progress.set_message("stopping the receiver and counting rows");
    let home = receiver.stop().await?;
    let stored = home.rows()?;
    progress.finish_and_clear();

    let report = Report {
        record_bytes: pool.bytes_per_record(),
        decoded_per_second,
        bulk,
        bulk_cpu,
        paced,
        memory,
        stored,
        bytes_at_rest: home.bytes_at_rest()?,
    };
    write!(std::io::stdout().lock(), "{report}").context("cannot write to standard output")?;
    anyhow::ensure!(report.lost() == 0, "{} records were acknowledged and are not stored", report.lost());
    Ok(())
}
