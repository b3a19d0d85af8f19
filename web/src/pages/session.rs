//! A session's story: who, where, when, in which modes; then prompts as chapters with their calls in order.

mod header;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use barograph_query::questions::calls::CallRow;
use barograph_query::questions::session::{Chapter, Moment, Note, Story, session};

use self::header::{Fact, facts, trace};
use super::{Chrome, write};
use crate::Site;
use crate::calls::Call;
use crate::error::PageError;
use crate::format::{Stored, Time, count, counted, href, offset, segment, time, wide};
use crate::params::Params;
use crate::period::Choice;
use crate::trace::Trace;

const KNOWN: &[&str] = &["show", "part", "at"];

/// Moments on a page: a longer session comes in parts.
const MOMENTS: usize = 1_000;

/// Longest session id that is looked up, bytes.
const MAX_ID: usize = 512;

/// Whether a call is shown.
type Wanted = fn(&CallRow) -> bool;

/// Which calls are shown.
const SHOW: [(&str, &str, Wanted); 4] = [
    ("all", "Everything", |_| true),
    ("refused", "Refused", |row| row.decision == "deny"),
    ("asked", "Asked", |row| row.asked == Some(true)),
    ("mcp", "MCP", |row| row.tool_kind == "mcp" || !row.mcp_server.is_empty()),
];

/// A chapter, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChapterView {
    /// `Prompt 3`, `Before any prompt`.
    title: String,
    time: Time,
    offset: String,
    /// `240 characters`; empty when not told.
    length: String,
    /// The prompt as the policy left it; empty when nothing was sent.
    prompt: Stored,
    moments: Vec<Line>,
}

/// A line of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Call(Box<SessionCall>),
    Note(NoteView),
}

/// A call in its session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionCall {
    call: Call,
    /// The subagent that acted; empty for the agent itself.
    subagent: String,
}

/// A note, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NoteView {
    event_id: String,
    time: Time,
    offset: String,
    kind: String,
    text: Stored,
    href: String,
}

/// The session page.
#[derive(Debug, Template)]
#[template(path = "session.html", whitespace = "minimize")]
pub(crate) struct SessionPage {
    chrome: Chrome,
    session_id: String,
    facts: Vec<Fact>,
    trace: Trace,
    shows: Vec<Choice>,
    /// `12 of 214 calls`.
    shown: String,
    chapters: Vec<ChapterView>,
    /// Parts of a long session; empty when there is one.
    parts: Vec<Choice>,
    search: String,
}

impl SessionPage {
    /// Prepares a story: the calls of `show`, the given part, or the one that holds the event `at`.
    pub(crate) fn new(story: &Story, show: &str, part: usize, at: &str) -> Self {
        let path = format!("/sessions/{}", segment(&story.session_id));
        let calls: Vec<&CallRow> = story.chapters.iter().flat_map(calls_of).collect();
        let kept = kept(story, show);
        let held =
            kept.iter().position(|(_, moment)| !at.is_empty() && moment.is_some_and(|told| event_id(told) == at));
        let part = held.map_or(part, |position| position / MOMENTS).min(kept.len().saturating_sub(1) / MOMENTS);
        let shown = kept.iter().filter(|(_, moment)| matches!(moment, Some(Moment::Call(_)))).count();
        let chapters = chapters(story, kept.iter().skip(part * MOMENTS).take(MOMENTS));
        Self {
            chrome: Chrome::new("", format!("Session {}", short(&story.session_id))),
            session_id: story.session_id.clone(),
            facts: facts(story, &calls),
            trace: trace(story, &calls),
            shows: shows(&path, show, &calls),
            shown: format!("{} of {}", count(wide(shown)), counted(wide(calls.len()), "call", "calls")),
            chapters,
            parts: parts(&path, show, part, kept.len()),
            search: href("/search", &[("session_id", &story.session_id)]),
        }
    }
}

/// A moment with its chapter's place; none for a prompt that led to nothing.
type Told<'a> = (usize, Option<&'a Moment>);

/// What `show` leaves of a story. Prompts that led to nothing are part of it when everything is shown.
fn kept<'a>(story: &'a Story, show: &str) -> Vec<Told<'a>> {
    let (word, _, wanted) = SHOW.into_iter().find(|(word, ..)| *word == show).unwrap_or(SHOW[0]);
    let everything = word == SHOW[0].0;
    let mut kept = Vec::new();
    for (index, chapter) in story.chapters.iter().enumerate() {
        let before = kept.len();
        kept.extend(chapter.moments.iter().filter_map(|moment| {
            let stays = match moment {
                Moment::Call(row) => wanted(row),
                Moment::Note(_) => everything,
            };
            stays.then_some((index, Some(moment)))
        }));
        if everything && kept.len() == before {
            kept.push((index, None));
        }
    }
    kept
}

/// Puts moments back into their chapters.
fn chapters<'a>(story: &Story, told: impl Iterator<Item = &'a Told<'a>>) -> Vec<ChapterView> {
    let first_prompt = story.chapters.iter().position(|chapter| !chapter.prompt_id.is_empty()).unwrap_or(0);
    let mut chapters: Vec<ChapterView> = Vec::new();
    let mut current = None;
    for (index, moment) in told {
        if current != Some(*index)
            && let Some(chapter) = story.chapters.get(*index)
        {
            chapters.push(chapter_view(story, chapter, index.saturating_sub(first_prompt) + 1));
            current = Some(*index);
        }
        if let (Some(chapter), Some(moment)) = (chapters.last_mut(), moment) {
            chapter.moments.push(line(story, moment));
        }
    }
    chapters
}

fn calls_of(chapter: &Chapter) -> impl Iterator<Item = &CallRow> {
    chapter.moments.iter().filter_map(|moment| match moment {
        Moment::Call(row) => Some(row.as_ref()),
        Moment::Note(_) => None,
    })
}

fn event_id(moment: &Moment) -> &str {
    match moment {
        Moment::Call(row) => &row.event_id,
        Moment::Note(note) => &note.event_id,
    }
}

/// An id's first characters, for titles.
fn short(id: &str) -> String {
    let head: String = id.chars().take(8).collect();
    if head.len() < id.len() { format!("{head}…") } else { head }
}

fn chapter_view(story: &Story, chapter: &Chapter, number: usize) -> ChapterView {
    ChapterView {
        title: if chapter.prompt_id.is_empty() { "Before any prompt".to_owned() } else { format!("Prompt {number}") },
        time: time(chapter.event_time),
        offset: offset(chapter.event_time.saturating_sub(story.first)),
        length: chapter
            .prompt_length
            .and_then(|length| u64::try_from(length).ok())
            .map(|length| counted(length, "character", "characters"))
            .unwrap_or_default(),
        prompt: Stored::short(&chapter.prompt),
        moments: Vec::new(),
    }
}

fn line(story: &Story, moment: &Moment) -> Line {
    match moment {
        Moment::Call(row) => Line::Call(Box::new(SessionCall {
            call: Call::new(row, story.first),
            subagent: if row.agent_id.is_empty() { String::new() } else { short(&row.agent_id) },
        })),
        Moment::Note(note) => Line::Note(note_view(story, note)),
    }
}

fn note_view(story: &Story, note: &Note) -> NoteView {
    let kind = note.kind.replace('_', " ").replace("mcp", "MCP");
    let text = if note.text.is_empty() { &note.event_name } else { &note.text };
    NoteView {
        event_id: note.event_id.clone(),
        time: time(note.event_time),
        offset: offset(note.event_time.saturating_sub(story.first)),
        kind: kind.chars().take(40).collect(),
        text: Stored::short(text),
        href: format!("/events/{}", segment(&note.event_id)),
    }
}

fn shows(path: &str, show: &str, calls: &[&CallRow]) -> Vec<Choice> {
    SHOW.into_iter()
        .map(|(word, label, wanted)| {
            let number = wide(calls.iter().filter(|row| wanted(row)).count());
            Choice {
                label: format!("{label} · {}", count(number)),
                href: href(path, &[("show", if word == "all" { "" } else { word })]),
                current: word == show || (word == "all" && show.is_empty()),
            }
        })
        .collect()
}

fn parts(path: &str, show: &str, part: usize, moments: usize) -> Vec<Choice> {
    if moments <= MOMENTS {
        return Vec::new();
    }
    (0..moments.div_ceil(MOMENTS))
        .map(|index| {
            let (from, to) = (index * MOMENTS + 1, ((index + 1) * MOMENTS).min(moments));
            Choice {
                label: format!("{}–{}", count(wide(from)), count(wide(to))),
                href: href(path, &[("show", show), ("part", &index.to_string())]),
                current: index == part,
            }
        })
        .collect()
}

/// `GET /sessions/{session_id}`.
pub(crate) async fn get(
    State(site): State<Site>,
    Path(session_id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    const MISSING: PageError = PageError::NotFound("There is no session with this id");
    let params = Params::read(query.as_deref(), KNOWN)?;
    let show = params.word("show", &SHOW.map(|(word, ..)| word))?;
    let part = params.number("part", 100_000)?;
    if session_id.is_empty() || session_id.len() > MAX_ID {
        return Err(MISSING);
    }
    let story = session(&site.archive, &session_id).await?.ok_or(MISSING)?;
    write(StatusCode::OK, &SessionPage::new(&story, show, part, &params.text("at")))
}
