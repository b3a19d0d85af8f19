//! What the journal promises, proved on real files.

use std::fs::{self, File};
use std::path::Path;

use ::bytes::Bytes;
use barograph_proto::row::{Attribute, Event, MetricPoint, Origin, Row, Rows, Span};
use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

use super::open::Open;
use super::payload::Payload;
use super::*;
use crate::redact::{Redacted, RedactedRows};

const COLLECTOR: Uuid = Uuid::from_u128(7);

/// A journal's handle and its writer's thread.
struct Running {
    journal: Journal,
    writer: std::thread::JoinHandle<()>,
    health: Health,
}

impl Running {
    fn start(folder: &Path) -> Self {
        Self::start_with(folder, |_| ())
    }

    fn start_with(folder: &Path, change: impl FnOnce(&mut Writer)) -> Self {
        let Recovered { segments, last, ids, .. } = recover(folder, COLLECTOR, false).unwrap();
        let (segments, health, metrics) = (Arc::new(segments), Health::default(), StoreMetrics::default());
        let (journal, queue) = Journal::new(Arc::clone(&segments), u64::MAX, health.clone(), metrics.clone());
        let mut seen = Seen::new(1_000);
        for id in ids {
            seen.insert(id);
        }
        let (giver, _) = handoff(last, HANDOFF_BYTES, &metrics);
        let mut writer = Writer::new(segments, last + 1, seen, giver, health.clone(), metrics);
        change(&mut writer);
        Self { journal, writer: std::thread::spawn(move || writer.run(queue)), health }
    }

    async fn end(self) {
        self.journal.close().await;
        self.writer.join().unwrap();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Writes each request as a frame of its own.
fn write(folder: &Path, requests: &[RedactedRows]) {
    block_on(async {
        let running = Running::start(folder);
        for rows in requests {
            running.journal.append(Encoded::from(rows)).await.unwrap();
        }
        running.end().await;
    });
}

fn redact(rows: Rows) -> RedactedRows {
    crate::redact::testing::redactor().redact(rows)
}

fn event(id: u128) -> Event {
    Event { origin: Origin { event_id: format!("{id:032x}"), ..Origin::default() }, ..Event::default() }
}

fn events(ids: impl IntoIterator<Item = u128>) -> RedactedRows {
    redact(Rows { events: ids.into_iter().map(event).collect(), ..Rows::default() })
}

/// The journal's only file.
fn only_file(folder: &Path) -> std::path::PathBuf {
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    file
}

/// All ids in a journal, in order.
fn recovered_ids(folder: &Path) -> Result<Vec<u128>, JournalError> {
    recover(folder, COLLECTOR, false).map(|recovered| recovered.ids)
}

fn raw<R: Row>(rows: &[Redacted<R>]) -> Vec<R> {
    rows.iter().map(|row| row.row().clone()).collect()
}

fn read_back<R: Row>(rows: &[Bytes]) -> Vec<R> {
    let mut read = Vec::new();
    Redacted::<R>::from_journal(rows, |row| read.push(row.row().clone())).unwrap();
    read
}

fn any_rows() -> impl Strategy<Value = Rows> {
    let origin =
        (any::<u128>(), any::<i64>(), any::<i64>(), ".{0,20}", prop::collection::vec((".{0,8}", ".{0,8}"), 0..3))
            .prop_map(|(id, event_time, received_time, session_id, attributes)| Origin {
                event_id: format!("{id:032x}"),
                event_time,
                received_time,
                session_id,
                resource_attributes: attributes
                    .into_iter()
                    .map(|(key, value)| Attribute { key, value, sent: 0 })
                    .collect(),
                ..Origin::default()
            });
    let origins = || prop::collection::vec(origin.clone(), 0..4);
    (origins(), origins(), origins()).prop_map(|(events, spans, metric_points)| Rows {
        events: events.into_iter().map(|origin| Event { origin, ..Event::default() }).collect(),
        spans: spans.into_iter().map(|origin| Span { origin, ..Span::default() }).collect(),
        metric_points: metric_points
            .into_iter()
            .map(|origin| MetricPoint { origin, ..MetricPoint::default() })
            .collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rows_come_back_as_they_went_in(rows in any_rows()) {
        let rows = redact(rows);
        let back = Payload::read(Encoded::from(&rows).bytes.into()).unwrap();
        prop_assert_eq!(read_back::<Event>(&back.events), raw(&rows.events));
        prop_assert_eq!(read_back::<Span>(&back.spans), raw(&rows.spans));
        prop_assert_eq!(read_back::<MetricPoint>(&back.metric_points), raw(&rows.metric_points));
    }

    #[test]
    fn any_truncation_leaves_a_prefix(sizes in prop::collection::vec(1_u128..5, 1..6), cut in any::<prop::sample::Index>()) {
        let folder = TempDir::new().unwrap();
        let ids = |request: usize| (0..sizes[request]).map(move |row| request as u128 * 10 + row);
        let requests: Vec<RedactedRows> = (0..sizes.len()).map(|request| events(ids(request))).collect();
        write(folder.path(), &requests);
        let file = only_file(folder.path());
        let len = fs::metadata(&file).unwrap().len();
        File::options().write(true).open(&file).unwrap().set_len(cut.index(usize::try_from(len).unwrap()) as u64).unwrap();

        let left = recovered_ids(folder.path()).unwrap();
        let prefixes = (0..=sizes.len()).map(|count| (0..count).flat_map(ids).collect::<Vec<_>>());
        prop_assert!(prefixes.into_iter().any(|prefix| prefix == left), "{left:?}");
        // What was cut stays cut, and the journal goes on behind it.
        prop_assert_eq!(recovered_ids(folder.path()).unwrap(), left.clone());
        write(folder.path(), &[events([999])]);
        prop_assert_eq!(recovered_ids(folder.path()).unwrap(), [left, vec![999]].concat());
    }

    #[test]
    fn a_flipped_bit_is_never_read_as_a_row(byte in any::<prop::sample::Index>(), bit in 0..8) {
        let folder = TempDir::new().unwrap();
        write(folder.path(), &[events([1, 2]), events([3]), events([4, 5])]);
        let file = only_file(folder.path());
        let mut bytes = fs::read(&file).unwrap();
        let byte = byte.index(bytes.len());
        bytes[byte] ^= 1_u8 << bit;
        fs::write(&file, bytes).unwrap();
        match recovered_ids(folder.path()) {
            Ok(ids) => prop_assert!(ids == [1, 2, 3] || ids == [1, 2, 3, 4, 5], "{byte}: {ids:?}"),
            Err(JournalError::Damaged { file: named, offset, .. }) => {
                prop_assert_eq!(named, file);
                prop_assert!(offset <= byte as u64);
            }
            Err(JournalError::Newer { .. }) => prop_assert!((8..12).contains(&byte)),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}

#[test]
fn damage_in_the_middle_is_refused_and_named() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[events([1]), events([2])]);
    let file = only_file(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    bytes[segment::HEADER_LEN + frame::HEADER_LEN + 3] ^= 1;
    fs::write(&file, bytes).unwrap();
    let error = recovered_ids(folder.path()).unwrap_err().to_string();
    assert!(error.contains(file.to_str().unwrap()) && error.contains("at byte 24"), "{error}");
}

#[test]
fn a_torn_end_of_a_file_that_is_not_the_last_is_refused() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[events([1])]);
    let file = only_file(folder.path());
    write(folder.path(), &[events([2])]);
    File::options().write(true).open(&file).unwrap().set_len(fs::metadata(&file).unwrap().len() - 1).unwrap();
    assert!(matches!(recovered_ids(folder.path()), Err(JournalError::Damaged { .. })));
}

#[test]
fn damage_whose_loss_is_accepted_is_told_and_stepped_over_from_then_on() {
    let whole = |folder: &Path| {
        write(folder, &[events([1]), events([2]), events([3])]);
        let file = only_file(folder);
        (fs::read(&file).unwrap(), file)
    };
    // In the second frame, and in the segment's header.
    for (second, lost, left) in [(true, (2, 3), vec![1, 3]), (false, (1, 1), vec![1, 2, 3])] {
        let folder = TempDir::new().unwrap();
        let (mut bytes, file) = whole(folder.path());
        let frame_len = (bytes.len() - segment::HEADER_LEN) / 3;
        let at = if second { segment::HEADER_LEN + frame_len + frame::HEADER_LEN + 3 } else { 13 };
        bytes[at] ^= 1;
        fs::write(&file, &bytes).unwrap();
        assert!(matches!(recovered_ids(folder.path()), Err(JournalError::Damaged { .. })));

        let recovered = recover(folder.path(), COLLECTOR, true).unwrap();
        let losses: Vec<_> = recovered.losses.iter().map(|loss| (loss.first, loss.next)).collect();
        assert_eq!((recovered.ids, losses), (left.clone(), vec![lost]));
        assert_eq!(fs::read(&file).unwrap(), bytes, "the file stays for whoever looks into it");
        // Told once, and no reason to refuse any more.
        let again = recover(folder.path(), COLLECTOR, true).unwrap();
        assert_eq!((again.ids, again.losses), (left.clone(), vec![]));
        assert_eq!(recovered_ids(folder.path()).unwrap(), left);
        let mut cursor = Cursor::new(Arc::new(again.segments));
        let read: Vec<i64> = cursor.read(1, 3, u64::MAX).unwrap().iter().map(|durable| durable.position).collect();
        assert_eq!(read.len(), left.len());
    }
}

#[test]
fn a_lost_end_of_a_segment_is_followed_by_the_next() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[events([1]), events([2])]);
    let file = only_file(folder.path());
    write(folder.path(), &[events([3])]);
    File::options().write(true).open(&file).unwrap().set_len(fs::metadata(&file).unwrap().len() - 1).unwrap();
    let recovered = recover(folder.path(), COLLECTOR, true).unwrap();
    assert_eq!(recovered.ids, [1, 3]);
    assert_eq!((recovered.losses[0].first, recovered.losses[0].next), (2, 3));
    assert_eq!(recovered_ids(folder.path()).unwrap(), [1, 3]);
}

#[test]
fn another_collectors_journal_is_refused() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &[events([1])]);
    let error = recover(folder.path(), Uuid::from_u128(8), false).unwrap_err().to_string();
    assert!(error.contains("collector-id"), "{error}");
}

#[test]
fn text_that_looks_like_a_frame_is_not_one() {
    // A sender that knows the format but not the salt, and a power cut in just this frame.
    let forged = {
        let payload = Encoded::from(&events([9])).bytes;
        let header = frame::Header::new(&[0; 24], 2, &payload).unwrap();
        [header.to_bytes().as_slice(), &payload].concat()
    };
    let folder = TempDir::new().unwrap();
    let mut row = event(1);
    row.body = forged.iter().map(|byte| char::from(byte & 0x7f)).collect();
    write(folder.path(), &[events([0]), redact(Rows { events: vec![row], ..Rows::default() })]);
    let file = only_file(folder.path());
    let mut bytes = fs::read(&file).unwrap();
    let len = bytes.len();
    bytes[len - forged.len()..].copy_from_slice(&forged);
    fs::write(&file, bytes).unwrap();
    assert_eq!(recovered_ids(folder.path()).unwrap(), [0]);
}

#[test]
fn a_row_counts_once_within_and_across_requests_and_restarts() {
    let folder = TempDir::new().unwrap();
    block_on(async {
        let running = Running::start(folder.path());
        let (first, second) = tokio::join!(
            running.journal.append(Encoded::from(&events([1, 2, 2]))),
            running.journal.append(Encoded::from(&events([2, 3])))
        );
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!((first.stored(), first.already_stored()), (2, 1));
        assert_eq!((second.stored(), second.already_stored()), (1, 1));
        running.end().await;

        let running = Running::start(folder.path());
        let receipt = running.journal.append(Encoded::from(&events([3, 4]))).await.unwrap();
        assert_eq!((receipt.stored(), receipt.already_stored()), (1, 1));
        let nothing = running.journal.append(Encoded::from(&events([4]))).await.unwrap();
        assert_eq!((nothing.stored(), nothing.already_stored()), (0, 1));
        running.end().await;
    });
    assert_eq!(recovered_ids(folder.path()).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn rows_without_a_readable_id_are_never_taken_for_each_other() {
    let folder = TempDir::new().unwrap();
    let nameless = || redact(Rows { events: vec![Event::default(), Event::default()], ..Rows::default() });
    block_on(async {
        let running = Running::start(folder.path());
        assert_eq!(running.journal.append(Encoded::from(&nameless())).await.unwrap().stored(), 2);
        assert_eq!(running.journal.append(Encoded::from(&nameless())).await.unwrap().stored(), 2);
        running.end().await;
    });
}

/// `/dev/full` takes no byte; `/dev/null` takes all and cannot be synced. Neither can be cut back.
#[test]
fn a_failed_write_or_sync_acknowledges_nobody_ever_again() {
    for device in ["/dev/full", "/dev/null"] {
        let folder = TempDir::new().unwrap();
        block_on(async {
            let running = Running::start_with(folder.path(), |writer| {
                let file = File::options().write(true).open(device).unwrap();
                let bytes = segment::HEADER_LEN as u64;
                writer.write_to(Open { file, base: 1, bytes });
            });
            for _ in 0..2 {
                let refused = running.journal.append(Encoded::from(&events([1]))).await;
                assert!(matches!(refused, Err(AppendError::Unavailable { .. })), "{device}: {refused:?}");
            }
            assert!(running.health.check().is_err());
            running.end().await;
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_closed_journal_refuses() {
    let folder = TempDir::new().unwrap();
    block_on(async {
        let running = Running::start(folder.path());
        let journal = running.journal.clone();
        running.end().await;
        assert!(journal.append(Encoded::from(&events([1]))).await.is_err());
    });
}

/// As many ids as make frames of different lengths, so that those of one use of a file do not stand where those of another
/// stood.
fn ids_at(position: u8) -> impl Iterator<Item = u128> {
    let position = u128::from(position);
    (0..=position % 3).map(move |row| position * 10 + row)
}

/// Writes requests, each a frame, into small segments that are written over as soon as they are committed, which they are `behind`
/// frames after they were written. Returns how many files were ever there at a time.
fn write_over(folder: &Path, requests: u8, behind: i64) -> usize {
    let mut most = 0;
    block_on(async {
        let running = Running::start_with(folder, |writer| writer.segments_of(150));
        let segments = Arc::clone(&running.journal.segments);
        for position in 1..=requests {
            running.journal.append(Encoded::from(&events(ids_at(position)))).await.unwrap();
            segments.release(i64::from(position) - behind);
            most = most.max(fs::read_dir(folder).unwrap().count());
        }
        running.end().await;
    });
    most
}

#[test]
fn files_that_are_done_with_are_written_over() {
    let folder = TempDir::new().unwrap();
    let most = write_over(folder.path(), 200, 2);
    assert!(most <= 7, "{most} files");
    let ids = recovered_ids(folder.path()).unwrap();
    let all: Vec<u128> = (1..=200).flat_map(ids_at).collect();
    assert!(all.ends_with(&ids) && ids.len() > 3, "{ids:?}");
    // The next run writes over what this one has kept.
    let count = || fs::read_dir(folder.path()).unwrap().count();
    let before = count();
    write(folder.path(), &[events([9_999])]);
    assert_eq!(recovered_ids(folder.path()).unwrap(), [ids, vec![9_999]].concat());
    assert_eq!(count(), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_flipped_bit_in_a_file_that_was_written_over_is_found_where_it_counts(
        requests in 20_u8..40, file in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), bit in 0..8
    ) {
        let folder = TempDir::new().unwrap();
        write_over(folder.path(), requests, 4);
        let all = recovered_ids(folder.path()).unwrap();
        let mut bases: Vec<i64> =
            fs::read_dir(folder.path()).unwrap().filter_map(|file| segment::base_of(&file.unwrap().path())).collect();
        bases.sort_unstable();
        let base = bases[file.index(bases.len())];
        let is_last = bases.last() == Some(&base);
        let path = folder.path().join(segment::file_name(base));
        let mut reader = segment::SegmentReader::open(path.clone(), COLLECTOR, base).unwrap();
        let (mut last_start, mut last_ids) = (0, Vec::new());
        while let (start, segment::Next::Frame(_, payload)) = (reader.offset(), reader.next().unwrap()) {
            last_ids.clear();
            Payload::read(payload).unwrap().ids(&mut last_ids).unwrap();
            last_start = start;
        }
        let mut bytes = fs::read(&path).unwrap();
        let byte = byte.index(bytes.len());
        bytes[byte] ^= 1_u8 << bit;
        fs::write(&path, bytes).unwrap();
        let byte = byte as u64;
        match recovered_ids(folder.path()) {
            Ok(ids) if byte >= reader.offset() => prop_assert_eq!(ids, all),
            Ok(ids) => {
                prop_assert!(is_last && byte >= last_start, "{byte} of {path:?} counts");
                prop_assert_eq!([ids, last_ids].concat(), all);
            }
            Err(JournalError::Damaged { file, .. }) => {
                prop_assert_eq!(file, path);
                prop_assert!(byte < last_start || !is_last && byte < reader.offset());
            }
            Err(JournalError::Newer { .. }) => prop_assert!((8..12).contains(&byte)),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
