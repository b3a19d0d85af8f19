//! Puts the entries of a policy in order: where several match, the first decides.
//!
//! Two entries that meet need an order: the narrower one, or by the rules' own `order` where neither is. Of two that match
//! the same, one could never decide. No other entry can be unreachable: names are matched letter by letter and
//! letters never run out, so what several patterns cover together, one of them covers alone; and that one is wider, so it
//! comes later.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::fault::Fault;
use super::rule::{Entry, Precedence, Rule};

/// Most combinations of names in one file: every two are compared.
pub(super) const MOST_ENTRIES: usize = 4096;

/// Orders the entries of all layers, the upper ones first. Layers do not meet: an upper one wins.
pub(super) fn order(mut entries: Vec<Entry>, rules: &[Rule], faults: &mut Vec<Fault>) -> Vec<Entry> {
    // Names without stars first, then by spelling: so the order does not depend on that of the file.
    entries.sort_by_cached_key(|entry| {
        let Entry { layer, domain, tool, name, agent, .. } = entry;
        (*layer, *domain, name.literal().is_none(), name.clone(), tool.clone(), agent.clone())
    });
    let mut ordered = Vec::with_capacity(entries.len());
    for group in entries.chunk_by(|one, two| (one.layer, one.domain) == (two.layer, two.domain)) {
        ordered.extend(order_group(group, rules, faults));
    }
    ordered
}

fn order_group(entries: &[Entry], rules: &[Rule], faults: &mut Vec<Fault>) -> Vec<Entry> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); entries.len()];
    let mut before = vec![0_usize; entries.len()];
    let mut told = BTreeSet::new();
    for (i, one) in entries.iter().enumerate() {
        for (j, two) in entries.iter().enumerate().skip(i + 1) {
            let (first, second) = match judge(one, two, rules) {
                Ok(Some(true)) => (i, j),
                Ok(Some(false)) => (j, i),
                Ok(None) => continue,
                Err(fault) => {
                    // Two rules with long lists of names are at odds only once.
                    if told.insert((one.rule.min(two.rule), one.rule.max(two.rule))) {
                        faults.push(fault);
                    }
                    continue;
                }
            };
            if let (Some(after), Some(before)) = (after.get_mut(first), before.get_mut(second)) {
                after.push(second);
                *before += 1;
            }
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        before.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| Reverse(at)).collect();
    let mut ordered = Vec::with_capacity(entries.len());
    while let Some(Reverse(at)) = ready.pop() {
        ordered.extend(entries.get(at).cloned());
        for next in after.get(at).into_iter().flatten() {
            if let Some(before) = before.get_mut(*next) {
                *before -= 1;
                if *before == 0 {
                    ready.push(Reverse(*next));
                }
            }
        }
    }
    if ordered.len() < entries.len() {
        // Narrowness alone runs in no circle, so a rule with an `order` is in it.
        let stuck = before.iter().zip(entries).filter(|(count, _)| **count > 0).map(|(_, entry)| entry.rule);
        if let Some(rule) = stuck.filter_map(|rule| rules.get(rule)).find(|rule| rule.order.is_some()) {
            let what = "this `order` and which rules are narrower run in a circle: choose another one".to_owned();
            faults.push(Fault { place: rule.place.clone(), what });
        }
    }
    ordered
}

/// Whether the first of two entries comes first; none if it does not matter.
fn judge(one: &Entry, two: &Entry, rules: &[Rule]) -> Result<Option<bool>, Fault> {
    let (earlier, later) = if one.place <= two.place { (one, two) } else { (two, one) };
    let fault = |what: String| Err(Fault { place: later.place.clone(), what });
    let order = |entry: &Entry| rules.get(entry.rule).and_then(|rule| rule.order);
    let orders = order(one).zip(order(two)).filter(|_| one.rule != two.rule);
    match one.precedence(two) {
        Precedence::Apart => Ok(None),
        Precedence::Open if one.rule == two.rule => Ok(None),
        Precedence::Same => fault(format!(
            "can never decide: {} is named at {} already; take one of them away",
            later.words(),
            earlier.place
        )),
        Precedence::Open => match orders {
            Some((one, two)) if one != two => Ok(Some(one < two)),
            Some(_) => fault(format!(
                "has the same `order` as the rule at {}, and both match {}: the lower `order` wins, so give them \
                 different ones",
                earlier.place,
                one.common(two)
            )),
            None => fault(format!(
                "overlaps with the rule at {}: both match {}, and neither is narrower; give both an `order`, the lower \
                 one wins",
                earlier.place,
                one.common(two)
            )),
        },
        precedence => {
            let is_first = precedence == Precedence::First;
            match orders {
                Some((one_order, two_order)) if one_order != two_order && (one_order < two_order) != is_first => {
                    fault(format!(
                        "contradicts the `order` of the rule at {}: for {} the narrower rule wins whatever their \
                         `order`; give the narrower one the lower `order`",
                        earlier.place,
                        one.common(two)
                    ))
                }
                _ => Ok(Some(is_first)),
            }
        }
    }
}
