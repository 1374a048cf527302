//! From file and variables to [`Config`], or to every mistake in them.

use std::ffi::OsString;
use std::path::Path;

use crate::build::{Builder, TOTP_SECRET, build};
use crate::mistake::{Mistake, Mistakes, Place};
use crate::source::Source;
use crate::used::Config;
use crate::{check, layer, source, yaml};

/// Reads a configuration. `env` is the whole environment ([`environment`]); of it
/// `HOSTMESSENGER__…`, `DISPLAY` and `CREDENTIALS_DIRECTORY` matter.
///
/// # Errors
/// All mistakes at once, in the order of the file.
pub fn load(file: &Path, env: impl Iterator<Item = (String, String)>) -> Result<Config, Mistakes> {
    let env: Vec<_> = env.collect();
    read_tree(file, source::read_config(file), &env)
}

/// The same for who is about to make the secret of VNC codes: that its file is missing or of no
/// use is no mistake then.
///
/// # Errors
/// All other mistakes.
pub fn load_without_vnc_code(
    file: &Path,
    env: impl Iterator<Item = (String, String)>,
) -> Result<Config, Mistakes> {
    let env: Vec<_> = env.collect();
    let (config, Mistakes(mut mistakes)) = read_all(file, source::read_config(file), &env);
    let path = format!("{TOTP_SECRET}_file");
    // A credential is the service manager's to mend, so that stays a mistake.
    if config
        .as_ref()
        .is_some_and(|config| config.vnc_code_file.is_some())
    {
        mistakes.retain(|mistake| mistake.path != path);
    }
    match config {
        Some(config) if mistakes.is_empty() => Ok(config),
        _ => Err(Mistakes(mistakes)),
    }
}

/// The same from what was read already, or the problem with it.
pub(crate) fn read_tree(
    file: &Path,
    source: Result<Source, String>,
    env: &[(String, String)],
) -> Result<Config, Mistakes> {
    match read_all(file, source, env) {
        (Some(config), Mistakes(mistakes)) if mistakes.is_empty() => Ok(config),
        (_, mistakes) => Err(mistakes),
    }
}

/// What can be built, and every mistake; never nothing without a mistake.
fn read_all(
    file: &Path,
    source: Result<Source, String>,
    env: &[(String, String)],
) -> (Option<Config>, Mistakes) {
    let variable = |wanted: &str| env.iter().find(|(name, _)| name == wanted);
    let display = variable("DISPLAY").map_or(":0", |(_, value)| value.as_str());
    let credentials = variable("CREDENTIALS_DIRECTORY").filter(|(_, value)| !value.is_empty());
    let mut mistakes = Vec::new();
    let whole = |problem: String| Mistake::new(file, Place::File, "", problem);
    let source = source.map_err(|problem| mistakes.push(whole(problem))).ok();
    let tree = source
        .as_ref()
        .and_then(|source| yaml::read(&source.text, file, &mut mistakes));
    let Some(tree) = tree else {
        // Variables can still be wrong by themselves.
        layer::merge(
            config::Value::default(),
            env.iter().cloned(),
            file,
            &mut mistakes,
        );
        return (None, Mistakes::sorted(mistakes));
    };
    let holds_secret = check::holds_secret(&tree);
    let merged = layer::merge(tree, env.iter().cloned(), file, &mut mistakes);
    let checked = check::check(&merged, file, &mut mistakes);
    #[cfg(windows)]
    if let Some(source) = &source
        && crate::find::is_in_system_folder(file, env)
    {
        mistakes.extend(source.protection.planted(file).map(whole));
    }
    if let Some(source) = source.filter(|_| holds_secret) {
        let problem = source.protection.exposed(file);
        mistakes.extend(problem.map(|why| whole(format!("holds a password and {why}"))));
    }
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let builder = Builder {
        file,
        folder: absolute.parent().map(Path::to_owned).unwrap_or_default(),
        credentials: credentials.map(|(_, value)| value.into()),
        raw: &merged,
        mistakes: &mut mistakes,
    };
    let config = build(checked, display, builder);
    if config.is_none() && mistakes.is_empty() {
        // Every way to `None` tells its mistake; this one is for a slip of ours.
        mistakes.push(whole("cannot be read".into()));
    }
    (config, Mistakes::sorted(mistakes))
}

/// The environment of this process, for [`load`] and `find`. What is not UTF-8 has
/// U+FFFD in it, which [`load`] refuses; [`std::env::vars`] would panic.
pub fn environment() -> Vec<(String, String)> {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}
