//! Names of targets: each once, `depends_on` names some, and none waits for itself.

use std::collections::HashMap;

use super::Builder;
use crate::nearest;

/// What matters of a target here.
pub(super) struct Named {
    pub(super) path: String,
    pub(super) name: Option<String>,
    pub(super) depends_on: Vec<String>,
}

/// Tells every mistake, and gives for each target what it depends on, spelt as the targets are.
pub(super) fn check(targets: &[Named], b: &mut Builder<'_>) -> Vec<Vec<String>> {
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for (index, target) in targets.iter().enumerate() {
        let Some(name) = &target.name else { continue };
        if let Some(first) = by_name.get(&name.to_lowercase()) {
            let problem = format!("is the name of {} as well", targets[*first].path);
            b.wrong(
                &format!("{}.name", target.path),
                problem,
                "each name once, in any case",
            );
        } else {
            by_name.insert(name.to_lowercase(), index);
        }
    }
    let nameless = targets.iter().any(|target| target.name.is_none());
    let edges: Vec<Vec<usize>> = targets
        .iter()
        .map(|target| edges(target, &by_name, nameless, b))
        .collect();
    cycles(targets, &edges, b);
    let name_of = |index: &usize| targets[*index].name.clone();
    edges
        .iter()
        .map(|edges| edges.iter().filter_map(name_of).collect())
        .collect()
}

/// The targets that this one depends on.
fn edges(
    target: &Named,
    by_name: &HashMap<String, usize>,
    nameless: bool,
    b: &mut Builder<'_>,
) -> Vec<usize> {
    let mut edges = Vec::new();
    for (index, name) in target.depends_on.iter().enumerate() {
        match by_name.get(&name.to_lowercase()) {
            Some(found) if !edges.contains(found) => edges.push(*found),
            Some(_) => {}
            // Where a name is wrong, that has been told, and it may be the one that is meant.
            None if nameless => {}
            None => {
                let near = nearest::is_worth_it(b.mistakes.len(), by_name.len())
                    .then(|| nearest::of(name, by_name.keys().map(String::as_str)))
                    .flatten();
                let hint =
                    near.map_or_else(String::new, |near| format!("; did you mean '{near}'?"));
                let problem = format!("is the name of no target{hint}");
                let path = format!("{}.depends_on[{index}]", target.path);
                b.wrong(&path, problem, "names of other targets");
            }
        }
    }
    edges
}

/// Tells each cycle once. Not recursive: a chain may be as long as the file.
fn cycles(targets: &[Named], edges: &[Vec<usize>], b: &mut Builder<'_>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; targets.len()];
    for start in 0..targets.len() {
        if marks[start] != Mark::New {
            continue;
        }
        marks[start] = Mark::Open;
        let mut way = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let at = *at;
            let Some(to) = edges[at].get(*next).copied() else {
                marks[at] = Mark::Done;
                way.pop();
                continue;
            };
            *next += 1;
            match marks[to] {
                Mark::New => {
                    marks[to] = Mark::Open;
                    way.push((to, 0));
                }
                Mark::Open => {
                    let cycle = way.iter().map(|(at, _)| *at).skip_while(|at| *at != to);
                    let names: Vec<_> = cycle
                        .chain([to])
                        .filter_map(|at| targets[at].name.as_deref())
                        .collect();
                    let problem = format!("goes round in a circle: {}", names.join(" -> "));
                    let path = format!("{}.depends_on", targets[at].path);
                    b.wrong(
                        &path,
                        problem,
                        "names of targets that do not wait for this one",
                    );
                }
                Mark::Done => {}
            }
        }
    }
}
