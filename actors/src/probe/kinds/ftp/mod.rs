//! Kind `ftp`: greeting, login, a path and its age, QUIT.
//!
//! A newcomer's trap: commands about files are optional, and servers answer 550 to some of them for
//! folders. So one that cannot say is followed by the next, and a path is missing only when a
//! server said so and none of its answers says otherwise.

use std::time::{Duration, Instant};

use hostmessenger_config::Ftp;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Tools, Trace};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Phase, Reason};

mod control;
mod data;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod listing;
mod path;
mod reply;
mod session;

use path::Presence;

/// Evidence about this kind of target. Every `reply` is the server's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FtpReason {
    /// The login worked; nothing else was asked.
    LoggedIn {
        /// Code and text.
        reply: String,
    },
    /// The path is there.
    Found {
        /// The path.
        path: String,
        /// How old it is, where that was asked.
        age: Option<Duration>,
    },
    /// It greeted with a refusal, or 421 later.
    Unavailable {
        /// Code and text.
        reply: String,
    },
    /// What answers there is no FTP server.
    NotFtp {
        /// What it said.
        said: String,
    },
    /// A reply that does not end.
    TooLong {
        /// How it began.
        said: String,
    },
    /// It will not speak TLS.
    TlsRefused {
        /// Code and text.
        reply: String,
    },
    /// It went on in the clear after it agreed to TLS; somebody may have put that there.
    SpokeBeforeTls {
        /// What was said.
        said: String,
    },
    /// User or password were refused.
    LoginRefused {
        /// Code and text.
        reply: String,
    },
    /// It wants an account (ACCT) beside user and password.
    AccountNeeded {
        /// Code and text.
        reply: String,
    },
    /// The path is not there.
    Missing {
        /// The path.
        path: String,
        /// Code and text; `None`: it is not in the listing of its folder.
        reply: Option<String>,
    },
    /// The path is older than it may be.
    TooOld {
        /// The path.
        path: String,
        /// How old it is.
        age: Duration,
        /// How old it may be.
        max: Duration,
    },
    /// The path is there, but the server tells no age of it.
    AgeUnknown {
        /// The path.
        path: String,
    },
    /// A listing too long to be searched.
    ListingTooLong {
        /// The path that was looked for.
        path: String,
    },
    /// Any other command was refused.
    Unexpected {
        /// The command.
        command: String,
        /// Code and text.
        reply: String,
    },
    /// The configuration has a line break where it would be a second command.
    LineBreak {
        /// `path`, `user` or `password`.
        what: String,
    },
}

/// Makes one check.
pub async fn check(options: &Ftp, tools: &Tools, trace: &Trace) -> Finding {
    let start = Instant::now();
    let secure = match prepare(options, tools) {
        Ok(secure) => secure,
        Err(reason) => return Finding::unknown(None, reason),
    };
    match attempt(options, secure, trace).await {
        Err(reason) => Finding::unsuccessful(trace.phase_reached(), reason),
        Ok(finding) => slow_or(finding, start.elapsed(), options.max_time),
    }
}

fn slow_or(finding: Finding, took: Duration, max: Option<Duration>) -> Finding {
    match max {
        Some(max) if took > max && finding.verdict == crate::probe::verdict::Verdict::Ok => {
            Finding::warning(finding.phase, Reason::Slow { took, max })
        }
        _ => finding,
    }
}

/// What must be right before a server is bothered.
fn prepare(options: &Ftp, tools: &Tools) -> Result<Option<control::Secure>, Reason> {
    control::refuse_line_breaks("user", &options.user)?;
    control::refuse_line_breaks("path", options.path.as_deref().unwrap_or_default())?;
    if let Some(password) = &options.password {
        use secrecy::ExposeSecret;
        control::refuse_line_breaks("password", password.expose_secret())?;
    }
    if options.tls == hostmessenger_config::FtpTls::None {
        return Ok(None);
    }
    let config = tools
        .tls
        .client(options.ca_file.as_deref(), options.verify_tls)
        .map_err(|error| NetReason::Tls {
            why: crate::text::clean(&error.to_string(), 200),
        })?;
    Ok(Some(control::Secure::new(&config, &options.host)))
}

async fn attempt(
    options: &Ftp,
    secure: Option<control::Secure>,
    trace: &Trace,
) -> Result<Finding, Reason> {
    let mut session = session::open(options, secure, trace).await?;
    trace.phase(Phase::Login);
    let result = work(&mut session, options, trace).await;
    session.control.quit();
    result
}

/// What is done between greeting and QUIT.
async fn work(
    session: &mut session::Session,
    options: &Ftp,
    trace: &Trace,
) -> Result<Finding, Reason> {
    let reply = session.login(options).await?;
    let Some(path) = &options.path else {
        let reply = reply.shown();
        return Ok(Finding::ok(Phase::Login, FtpReason::LoggedIn { reply }));
    };
    trace.phase(Phase::Answer);
    let presence = Box::pin(path::look(session, path, options.max_age.is_some(), trace)).await?;
    Ok(judge(path, options.max_age, presence, Timestamp::now()))
}

/// The verdict on a path; pure.
fn judge(path: &str, max_age: Option<Duration>, presence: Presence, now: Timestamp) -> Finding {
    let path = crate::text::clean(path, 200);
    let phase = Phase::Answer;
    let modified = match presence {
        Presence::Missing(reply) => {
            return Finding::failed(phase, FtpReason::Missing { path, reply });
        }
        Presence::TooLong => return Finding::unknown(phase, FtpReason::ListingTooLong { path }),
        Presence::There(modified) => modified,
    };
    let Some(max) = max_age else {
        return Finding::ok(phase, FtpReason::Found { path, age: None });
    };
    let Some(modified) = modified else {
        return Finding::unknown(phase, FtpReason::AgeUnknown { path });
    };
    let age = modified.least_age(now);
    if age > max {
        return Finding::failed(phase, FtpReason::TooOld { path, age, max });
    }
    Finding::ok(
        phase,
        FtpReason::Found {
            path,
            age: Some(age),
        },
    )
}

#[cfg(test)]
mod tests;
