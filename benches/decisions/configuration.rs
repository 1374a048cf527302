//! How a configuration is read.

use criterion::Criterion;

use crate::stage;

/// A thousand targets, from the file to what the program uses.
pub(crate) fn reading(c: &mut Criterion) {
    let dir = tempfile::tempdir().unwrap();
    let read = stage::read(dir.path(), &stage::yaml(1_000));
    assert_eq!(read.targets.len(), 1_000);
    let mut group = c.benchmark_group("configuration");
    group.sample_size(20);
    group.bench_function("1000 targets", |b| {
        b.iter(|| hostmessenger_config::load(&read.file, std::iter::empty()).unwrap());
    });
    group.finish();
}
