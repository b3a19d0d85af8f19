//! Who decided is right, or said to be unknown: measured against what the recorded clients themselves know.

use std::collections::BTreeMap;

use crate::support::decisions::Decisions;
use crate::support::replayed::replayed;
use crate::support::table;

/// The largest share of labelled decisions that may be told wrongly.
const WRONG_PERCENT: usize = 2;

#[derive(Default)]
struct Score {
    right: usize,
    unknown: usize,
    wrong: BTreeMap<String, usize>,
}

#[test]
fn who_decided_is_right_or_unknown() {
    let replayed = replayed();
    let decisions = Decisions::read(&replayed.home.data());
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut reasons: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut people_missed = Vec::new();
    for scenario in &replayed.captures.scenarios {
        for (label, row) in scenario.labels.iter().zip(decisions.join(&scenario.labels)) {
            let (Some(truth), Ok(row)) = (label.decided_by.as_deref(), row) else { continue };
            let told = row.decided_by.clone().unwrap_or_else(|| "unknown".to_owned());
            let about = || format!("{} {:?}: {truth}, told {told} ({:?})", scenario.name, row.tool_use_id, row.source);
            let score = scores.entry(truth).or_default();
            if told == truth {
                score.right += 1;
            } else if told == "unknown" {
                score.unknown += 1;
                let reason = row.decided_by_reason.clone().unwrap_or_else(|| "no reason is given".to_owned());
                *reasons.entry((truth, reason)).or_default() += 1;
            } else {
                wrong.push(about());
                *score.wrong.entry(told.clone()).or_default() += 1;
            }
            if truth == "person" && told != truth && scenario.has_traces() {
                people_missed.push(about());
            }
        }
    }
    let labelled = print(&scores, &reasons);
    assert!(labelled > 150, "the labels are not all there");
    assert!(people_missed.is_empty(), "a person decided, which the traces show:\n{}", people_missed.join("\n"));
    let too_many = wrong.len() * 100 > labelled * WRONG_PERCENT;
    assert!(!too_many, "{} of {labelled} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn print(scores: &BTreeMap<&str, Score>, reasons: &BTreeMap<(&str, String), usize>) -> usize {
    let mut rows = vec![table::row(["truth", "right", "unknown", "wrong", "told instead"])];
    let mut total = [0; 3];
    for (truth, score) in scores {
        let counts = [score.right, score.unknown, score.wrong.values().sum()];
        total = [0, 1, 2].map(|place| total[place] + counts[place]);
        let instead: Vec<_> = score.wrong.iter().map(|(told, count)| format!("{told} {count}")).collect();
        rows.push([table::row([truth]), table::row(counts), vec![instead.join(", ")]].concat());
    }
    rows.push([table::row(["all"]), table::row(total)].concat());
    table::print("Who decided", &rows);
    let mut rows = vec![table::row(["why unknown", "truth", "calls"])];
    rows.extend(reasons.iter().map(|((truth, reason), count)| table::row([reason, *truth, &count.to_string()])));
    table::print("Reasons given for unknown", &rows);
    total.iter().sum()
}
