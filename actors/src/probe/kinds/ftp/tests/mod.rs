//! FTP checks against servers on loopback: real ones (vsftpd) and scripted ones, which do what no
//! real one does on demand.

use std::future::Future;
use std::sync::{Arc, Mutex};

use hostmessenger_config::FtpTls;
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::probe::verdict::Verdict;
use crate::testing::store;

mod certificates;
mod paths;
mod script;
mod talk;
#[cfg(unix)]
mod vsftpd;

const TIMEOUT: Duration = Duration::from_secs(20);

fn ftp(port: u16) -> Ftp {
    Ftp {
        host: "127.0.0.1".into(),
        port,
        tls: FtpTls::None,
        user: "anonymous".into(),
        password: None,
        ca_file: None,
        verify_tls: true,
        path: None,
        max_age: None,
        max_time: None,
    }
}

fn tools() -> Tools {
    Tools::new(store())
}

async fn run(options: &Ftp) -> Finding {
    let (tools, trace) = (tools(), Trace::default());
    tokio::time::timeout(TIMEOUT, check(options, &tools, &trace))
        .await
        .expect("a finding in time")
}

/// The finding as people see it: verdict, phase and words.
fn told(finding: &Finding) -> String {
    let phase = finding.phase.map_or("-", Phase::as_str);
    let words = crate::wording::reasons::reason(crate::wording::Language::En, &finding.reason);
    format!("{} {phase}: {words}", finding.verdict.as_str())
}
