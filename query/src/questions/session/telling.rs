//! Folds a session's rows, which come in order, into its story.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::notes::{self, Attributes};
use super::{Chapter, ModeSpan, Moment, Story};
use crate::questions::calls::CallRow;
use crate::rows::Row;

/// A story being put together. Events come first and calls after them, each in order of time.
#[derive(Debug, Default)]
pub(super) struct Telling {
    story: Story,
    seen: HashSet<String>,
    scenes: Vec<Scene>,
    modes: Vec<ModeSpan>,
    run: Run,
}

/// A part of the story with its place in it: time, then the sender's counter, then the id.
#[derive(Debug)]
struct Scene {
    place: (i64, Option<i64>, String),
    prompt_id: String,
    part: Part,
}

#[derive(Debug)]
enum Part {
    Prompt { text: String, length: Option<i64> },
    Moment(Moment),
}

impl Telling {
    pub(super) fn new(session_id: &str) -> Self {
        Self { story: Story { session_id: session_id.to_owned(), ..Story::default() }, ..Self::default() }
    }

    /// Takes in who sent a row.
    pub(super) fn sender(&mut self, row: Row<'_>) {
        let story = &mut self.story;
        if story.agent.is_empty() {
            story.agent = row.text("agent");
        }
        for (values, column) in [
            (&mut story.agent_versions, "agent_version"),
            (&mut story.user_emails, "user_email"),
            (&mut story.user_ids, "user_id"),
            (&mut story.organizations, "organization_id"),
            (&mut story.teams, "team"),
            (&mut story.repos, "repo"),
            (&mut story.hosts, "host"),
        ] {
            let value = row.text(column);
            if !value.is_empty() && !values.contains(&value) {
                values.push(value);
            }
        }
    }

    /// Takes in that something happened at a time.
    pub(super) fn at(&mut self, time: Option<i64>) {
        let Some(time) = time else { return };
        let (first, last) = (self.story.first, self.story.last);
        // Both are 0 until something has happened.
        let none_yet = first == 0 && last == 0;
        self.story.first = if none_yet { time } else { first.min(time) };
        self.story.last = if none_yet { time } else { last.max(time) };
    }

    /// Takes in a row of `events`.
    pub(super) fn event(&mut self, row: Row<'_>) {
        // The same record can stand in two files until compaction.
        if !self.seen.insert(row.text("event_id")) {
            return;
        }
        self.story.events += 1;
        self.sender(row);
        self.at(row.time("event_time"));
        self.heard_of_person(row.flag("interactive"));
        if let Some(cost) = row.float("cost_usd") {
            *self.story.cost_usd.get_or_insert_default() += cost;
        }
        if row.int("input_tokens").or(row.int("output_tokens")).is_some() {
            let (sent, received) = self.story.tokens.get_or_insert_default();
            *sent = sent.saturating_add(row.int("input_tokens").unwrap_or_default());
            *received = received.saturating_add(row.int("output_tokens").unwrap_or_default());
        }
        if let Some(sequence) = row.int("sequence") {
            self.run.take(sequence, &mut self.story.gaps);
        }

        let kind = row.text("kind");
        let attributes = Attributes(row.map("attributes"));
        if kind == "mode_change" {
            let to = row.text("permission_mode");
            let to = if to.is_empty() { attributes.get("to_mode").to_owned() } else { to };
            self.mode(row.time("event_time"), to, attributes.get("trigger").to_owned());
        }
        let part = if kind == "prompt" {
            let text = [attributes.get("prompt"), attributes.get("prompt_text")];
            let text = text.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned();
            Some(Part::Prompt { text, length: attributes.get("prompt_length").parse().ok() })
        } else {
            notes::note(row, &kind, &attributes).map(|note| Part::Moment(Moment::Note(note)))
        };
        if let Some(part) = part {
            let place = (row.time("event_time").unwrap_or_default(), row.int("sequence"), row.text("event_id"));
            self.scenes.push(Scene { place, prompt_id: row.text("prompt_id"), part });
        }
    }

    /// Takes in a row of `decisions`.
    pub(super) fn call(&mut self, row: Row<'_>) {
        let call = CallRow::read(row);
        if !self.seen.insert(format!("call {}", call.event_id)) {
            return;
        }
        self.sender(row);
        self.at(Some(call.event_time));
        self.heard_of_person(row.flag("interactive"));
        self.mode(Some(call.event_time), call.permission_mode.clone(), String::new());
        self.scenes.push(Scene {
            place: (call.event_time, call.sequence, call.event_id.clone()),
            prompt_id: call.prompt_id.clone(),
            part: Part::Moment(Moment::Call(Box::new(call))),
        });
    }

    /// Ends the story; none when nothing was taken in.
    pub(super) fn end(mut self) -> Option<Story> {
        self.run.end(&mut self.story.gaps);
        self.story.gaps.sort_unstable();
        self.modes.sort_by_key(|mode| mode.since);
        self.modes.dedup_by(|next, before| next.permission_mode == before.permission_mode);
        self.scenes.sort_by(|left, right| left.place.cmp(&right.place));
        self.story.modes = self.modes;
        self.story.chapters = chapters(self.scenes);
        (!self.story.agent.is_empty() || self.story.events > 0 || !self.story.chapters.is_empty()).then_some(self.story)
    }

    /// A session in which anybody was at the prompt once was interactive.
    fn heard_of_person(&mut self, interactive: Option<bool>) {
        if interactive.is_some() && self.story.interactive != Some(true) {
            self.story.interactive = interactive;
        }
    }

    fn mode(&mut self, since: Option<i64>, permission_mode: String, trigger: String) {
        if let Some(since) = since.filter(|_| !permission_mode.is_empty()) {
            self.modes.push(ModeSpan { since, permission_mode, trigger });
        }
    }
}

/// Deals the scenes out to their prompts. What names no prompt belongs to the one before it; what names a prompt that
/// was never sent opens a chapter without its text.
fn chapters(scenes: Vec<Scene>) -> Vec<Chapter> {
    let mut chapters = vec![Chapter::default()];
    let mut of_prompt = HashMap::<String, usize>::new();
    for Scene { place: (event_time, ..), prompt_id, part } in scenes {
        let known = of_prompt.get(&prompt_id).copied();
        let index = match (&part, known) {
            // Its calls came first; it has no text yet.
            (Part::Prompt { .. }, Some(index)) if untold(&chapters, index) => index,
            (Part::Moment(_), Some(index)) => index,
            (Part::Moment(_), None) if prompt_id.is_empty() => chapters.len() - 1,
            _ => {
                chapters.push(Chapter { prompt_id: prompt_id.clone(), event_time, ..Chapter::default() });
                chapters.len() - 1
            }
        };
        if !prompt_id.is_empty() {
            of_prompt.insert(prompt_id, index);
        }
        let Some(chapter) = chapters.get_mut(index) else { continue };
        match part {
            Part::Prompt { text, length } => (chapter.prompt, chapter.prompt_length) = (text, length),
            Part::Moment(moment) => {
                if chapter.moments.is_empty() && chapter.prompt_id.is_empty() && index == 0 {
                    chapter.event_time = event_time;
                }
                chapter.moments.push(moment);
            }
        }
    }
    if chapters.first().is_some_and(|first| first.moments.is_empty()) {
        chapters.remove(0);
    }
    chapters
}

fn untold(chapters: &[Chapter], index: usize) -> bool {
    chapters.get(index).is_some_and(|chapter| chapter.prompt.is_empty() && chapter.prompt_length.is_none())
}

/// The counter's values within one process of the sender.
#[derive(Debug, Default)]
struct Run {
    numbers: BTreeSet<i64>,
}

impl Run {
    /// Takes in the next number by time. Clocks may put neighbours in the wrong order, so holes are looked for when
    /// the run is over: at a restart from the beginning, or at a number that was counted before.
    fn take(&mut self, number: i64, gaps: &mut Vec<(i64, i64)>) {
        let restart = self.numbers.last().is_some_and(|last| number <= 1 && *last - number > 2);
        if restart || self.numbers.contains(&number) {
            self.end(gaps);
        }
        self.numbers.insert(number);
    }

    fn end(&mut self, gaps: &mut Vec<(i64, i64)>) {
        let numbers = std::mem::take(&mut self.numbers);
        let pairs = numbers.iter().zip(numbers.iter().skip(1));
        gaps.extend(pairs.filter(|(before, after)| **after - **before > 1).map(|(before, after)| (*before, *after)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(numbers: &[i64]) -> Vec<(i64, i64)> {
        let (mut run, mut gaps) = (Run::default(), Vec::new());
        for number in numbers {
            run.take(*number, &mut gaps);
        }
        run.end(&mut gaps);
        gaps
    }

    #[test]
    fn holes_in_the_counter_are_gaps_and_restarts_are_not() {
        assert_eq!(gaps(&[0, 1, 2, 3]), []);
        assert_eq!(gaps(&[0, 1, 4, 5, 9]), [(1, 4), (5, 9)]);
        assert_eq!(gaps(&[0, 1, 2, 0, 1, 2]), []);
        assert_eq!(gaps(&[7, 8, 1, 2, 4]), [(2, 4)]);
        assert_eq!(gaps(&[0, 2, 1, 3]), [], "neighbours out of order lose nothing");
        assert_eq!(gaps(&[1, 0, 2]), []);
    }
}
