//! What is said: the line of an alert, and the answer to STATUS.

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use hostmessenger_actors::alerts::digest::Content;
use hostmessenger_actors::alerts::line::{Line, Word};
use hostmessenger_actors::commands::Remainders;
use hostmessenger_actors::wording::{Language, alerts as say, commands};

use crate::stage;

const LANGUAGES: [(&str, Language); 2] = [("en", Language::En), ("de", Language::De)];

/// From what a check found to the line that tells of it.
pub(crate) fn alerts(c: &mut Criterion) {
    let (bad, at) = (stage::bad(), stage::after(Duration::from_secs(60)).wall);
    for (name, lang) in LANGUAGES {
        c.bench_function(&format!("wording/an alert, {name}"), |b| {
            b.iter(|| {
                let why = say::evidence(lang, black_box(Some(&bad)));
                let line = Line {
                    word: Word::Down,
                    target: "shop".into(),
                    ..Line::notice(why, at)
                };
                say::line(lang, &line)
            });
        });
    }
}

/// A message about ten thousand targets: a few dozen lines fit.
pub(crate) fn crowd(c: &mut Criterion) {
    let at = stage::after(Duration::from_secs(60)).wall;
    let why = say::evidence(Language::En, Some(&stage::bad()));
    let line = |n: usize| Line {
        word: Word::Down,
        target: format!("shop {n}"),
        ..Line::notice(why.clone(), at)
    };
    let content = Content::of((0..10_000).map(line).collect());
    for (name, lang) in LANGUAGES {
        c.bench_function(&format!("wording/an alert of 10000, {name}"), |b| {
            b.iter(|| say::body(lang, black_box(&content)));
        });
    }
}

/// Of a thousand targets, as the command makes it: a line each, then as much as fits.
pub(crate) fn status(c: &mut Criterion) {
    let (board, now) = stage::steady_board(&stage::config(1_000));
    let now = stage::after(now).wall;
    for (name, lang) in LANGUAGES {
        c.bench_function(&format!("wording/STATUS of 1000, {name}"), |b| {
            let mut remainders = Remainders::default();
            b.iter(|| {
                let targets = board.status();
                let lines: Vec<String> = targets
                    .iter()
                    .map(|status| commands::status_line(lang, status, now))
                    .collect();
                remainders.fit("owner", lang, lines.join("\n"))
            });
        });
    }
}
