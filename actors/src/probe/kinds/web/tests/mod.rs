//! Real servers on loopback: nginx where it fits, scripted ones for what nginx would never do.

use std::time::Duration;

use hostmessenger_config::{Kind, Web};

use super::WebReason;
use crate::probe::kinds::{self, Tools, Trace};
use crate::probe::net::NetReason;
use crate::probe::verdict::{Finding, Phase, Reason, Verdict};
use crate::testing::store;
use crate::wording::{Language, reasons};

mod answers;
mod certificates;
mod connecting;
mod hostile;
mod messages;
#[cfg(unix)]
mod nginx;
mod oracle;
mod peers;
mod redirects;
mod requests;

/// Far more than any of these checks takes, so that a hang is a failure of the test.
const PLENTY: Duration = Duration::from_secs(20);

/// The defaults of the configuration.
pub(super) fn options(url: &str) -> Web {
    Web {
        url: url.parse().unwrap(),
        method: "GET".into(),
        headers: Vec::new(),
        user: None,
        password: None,
        follow_redirects: true,
        ca_file: None,
        verify_tls: true,
        status: vec![200..=299],
        body_contains: None,
        body_matches: None,
        body_lacks: None,
        max_time: None,
        certificate_days: None,
    }
}

fn tools() -> Tools {
    Tools::new(store())
}

/// Makes a check as the actor would.
async fn check(options: Web) -> Finding {
    check_with(options, &tools()).await
}

async fn check_with(options: Web, tools: &Tools) -> Finding {
    check_traced(options, tools, &Trace::default()).await
}

async fn check_traced(options: Web, tools: &Tools, trace: &Trace) -> Finding {
    let kind = Kind::Web(Box::new(options));
    tokio::time::timeout(PLENTY, kinds::check(&kind, PLENTY, tools, trace))
        .await
        .expect("the check ends by itself")
}

/// Makes a check that must hang, drops it as the actor would, and says how far it came.
async fn stall(options: Web, tools: &Tools) -> (Option<Phase>, Option<String>) {
    let (kind, trace) = (Kind::Web(Box::new(options)), Trace::default());
    let within = Duration::from_millis(800);
    let ended = tokio::time::timeout(within, kinds::check(&kind, within, tools, &trace)).await;
    assert!(ended.is_err(), "should hang, but: {ended:?}");
    trace.reached()
}

/// Verdict and reason as a person reads it, with the phase.
fn told(finding: &Finding) -> (Verdict, Option<Phase>, String) {
    let text = reasons::reason(Language::En, &finding.reason);
    (finding.verdict, finding.phase, text)
}

#[track_caller]
fn assert_ok(finding: &Finding) {
    assert_eq!(
        told(finding),
        (Verdict::Ok, Some(Phase::Answer), "200 OK".into())
    );
}

#[track_caller]
fn assert_failed(finding: &Finding, phase: Phase, reason: impl Into<Reason>) {
    assert_eq!(*finding, Finding::failed(phase, reason));
}

/// A `NetReason` that only names the peer.
fn closed(peer: std::net::SocketAddr) -> NetReason {
    let peer = peer.to_string();
    NetReason::Closed { peer }
}
