//! Where the bytes of a view come from.

use std::ops::Range;

/// Which bytes of a view say which bytes of the text that it was made from. Stretches may be missing on either side: a
/// joint between two literals is in no view.
#[derive(Debug, Default)]
pub(super) struct Map {
    pieces: Vec<Piece>,
    length: usize,
}

/// A stretch of a view, in steps: `step.0` bytes of the view stand for `step.1` bytes of the source, again and again.
/// Copied text has steps of (1, 1), base64 (3, 4), an escape is one step of its own.
#[derive(Debug)]
struct Piece {
    view: usize,
    source: usize,
    step: (usize, usize),
    steps: usize,
}

impl Piece {
    fn view_end(&self) -> usize {
        self.view + self.step.0 * self.steps
    }

    fn source_end(&self) -> usize {
        self.source + self.step.1 * self.steps
    }
}

impl Map {
    /// The next bytes of the view are the source's own.
    pub(super) fn copied(&mut self, source: Range<usize>) {
        if !source.is_empty() {
            self.steps((1, 1), source.len(), source.start);
        }
    }

    /// The next `view` bytes of the view are written as `source`.
    pub(super) fn decoded(&mut self, view: usize, source: Range<usize>) {
        if view > 0 && !source.is_empty() {
            self.steps((view, source.len()), 1, source.start);
        }
    }

    fn steps(&mut self, step: (usize, usize), steps: usize, source: usize) {
        match self.pieces.last_mut() {
            Some(last) if last.step == step && last.source_end() == source => last.steps += steps,
            _ => self.pieces.push(Piece { view: self.length, source, step, steps }),
        }
        self.length += step.0 * steps;
    }

    /// The bytes of the source that say a stretch of the view: every step that it touches, and what stands between.
    pub(super) fn outward(&self, span: Range<usize>) -> Range<usize> {
        let holding = |at: usize| {
            self.pieces.get(self.pieces.partition_point(|piece| piece.view <= at).saturating_sub(1)).map(|piece| {
                let step = ((at.min(piece.view_end() - 1) - piece.view) / piece.step.0).min(piece.steps - 1);
                let start = piece.source + step * piece.step.1;
                start..start + piece.step.1
            })
        };
        match (holding(span.start), holding(span.end.saturating_sub(1).max(span.start))) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_taken_whole() {
        let mut map = Map::default();
        map.copied(10..15); // view 0..5
        map.decoded(1, 15..18); // view 5
        map.decoded(1, 18..21); // view 6, one piece with the one before
        map.decoded(3, 30..34); // view 7..10
        map.decoded(3, 34..38); // view 10..13
        assert_eq!(map.pieces.len(), 3);
        for (view, source) in
            [(0..2, 10..12), (4..6, 14..18), (5..7, 15..21), (8..9, 30..34), (9..11, 30..38), (0..13, 10..38)]
        {
            assert_eq!(map.outward(view.clone()), source, "{view:?}");
        }
        assert_eq!(Map::default().outward(0..3), 0..0);
    }
}
