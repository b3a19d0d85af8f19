//! What an operator has agreed to lose is an event of its own: whoever counts later finds why something is missing.

use barograph_collector::intake::Intake;
use barograph_collector::journal::JournalLoss;
use barograph_proto::otlp::{Export, ExportLogsServiceRequest, LogRecord, Resource, ResourceLogs, ScopeLogs};
use barograph_proto::row::DEFAULT_TENANT;
use barograph_proto::time::Clock;

use crate::attributes::{int, text};

/// The sender's name, and the event's.
const SENDER: &str = "barograph";
const EVENT: &str = "barograph.journal_loss";

/// Records every loss, by the path that every event takes.
///
/// # Errors
/// When the journal cannot take it: then nothing else can be taken either.
pub(super) async fn record(losses: &[JournalLoss], intake: &Intake, clock: &dyn Clock) -> anyhow::Result<()> {
    if losses.is_empty() {
        return Ok(());
    }
    for loss in losses {
        let JournalLoss { file, from, to, first, next, reason } = loss;
        let file = file.display();
        tracing::error!(%file, from, to, first, next, reason, "a part of the journal is lost, as it was accepted to be");
    }
    intake.accept(DEFAULT_TENANT, export(losses, clock.now())).await?;
    Ok(())
}

fn export(losses: &[JournalLoss], now: i64) -> Export {
    let log_records = losses.iter().map(|loss| log_record(loss, now)).collect();
    let resource = Resource { attributes: vec![text("service.name", SENDER)], ..Resource::default() };
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    let logs = ResourceLogs { resource: Some(resource), scope_logs, ..ResourceLogs::default() };
    Export::Logs(ExportLogsServiceRequest { resource_logs: vec![logs] })
}

fn log_record(loss: &JournalLoss, now: i64) -> LogRecord {
    let name = loss.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    LogRecord {
        time_unix_nano: u64::try_from(now).unwrap_or_default().saturating_mul(1_000),
        attributes: vec![
            text("event.name", EVENT),
            text("journal.file", name),
            int("journal.from_byte", i64::try_from(loss.from).unwrap_or(i64::MAX)),
            int("journal.to_byte", i64::try_from(loss.to).unwrap_or(i64::MAX)),
            int("journal.first_position", loss.first),
            int("journal.next_position", loss.next),
        ],
        ..LogRecord::default()
    }
}
