//! What looking through an argument costs on one core: `cargo bench -p barograph-redaction --bench cost`.
//!
//! The promise: ordinary arguments of 200 bytes in a median of 8 µs and 100 µs at the 99th percentile, and time that
//! grows with the length of a text, not faster.

#![expect(clippy::print_stdout, reason = "a bench says what it measured")]

#[path = "cost/arguments.rs"]
mod arguments;

use std::hint::black_box;
use std::time::{Duration, Instant};

use barograph_redaction::detect::{Detector, Personal};
use criterion::{Criterion, criterion_group};

/// Time to look through one text: the least of some, so that other work on the machine does not count.
fn took(detector: &Detector, text: &str) -> Duration {
    let once = || {
        let began = Instant::now();
        let _masked = black_box(detector.mask(black_box(text), Personal::Mask));
        began.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

fn percentiles(detector: &Detector) {
    println!("{:<28} {:>6} {:>10} {:>10} {:>10}", "arguments", "texts", "p50 us", "p99 us", "max us");
    for (name, texts) in
        [("as the fleet sends them", arguments::sent(4_000)), ("of 200 bytes", arguments::of_200_bytes(4_000))]
    {
        let mut times: Vec<Duration> = texts.iter().map(|text| took(detector, text)).collect();
        times.sort_unstable();
        let at =
            |share: usize| times.get((times.len() - 1) * share / 100).copied().unwrap_or_default().as_secs_f64() * 1e6;
        println!("{name:<28} {:>6} {:>10.2} {:>10.2} {:>10.2}", times.len(), at(50), at(99), at(100));
    }
}

fn growth(detector: &Detector) {
    println!("{:<28} {:>12} {:>12} {:>12} {:>12}  ns a byte", "texts", "1 KiB", "4 KiB", "16 KiB", "64 KiB");
    for (name, text) in arguments::long() {
        print!("{name:<28}");
        for length in [1, 4, 16, 64] {
            let cut = text.floor_char_boundary(length * 1024);
            let text = text.get(..cut).unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "lengths of kilobytes")]
            let each = took(detector, text).as_secs_f64() * 1e9 / text.len() as f64;
            print!(" {each:>12.1}");
        }
        println!();
    }
}

fn median(criterion: &mut Criterion) {
    let detector = Detector::default();
    percentiles(&detector);
    growth(&detector);
    let texts = arguments::of_200_bytes(1_000);
    let mut next = texts.iter().cycle();
    criterion.bench_function("an argument of 200 bytes", |bench| {
        bench.iter(|| next.next().map(|text| detector.mask(text, Personal::Mask)));
    });
}

criterion_group!(cost, median);

fn main() {
    cost();
    Criterion::default().configure_from_args().final_summary();
}
