//! The options of each kind of target.

use config::Value;

use super::Builder;
use crate::used::{Disk, Ftp, FtpTls, Kind, Port, Web};
use crate::value::{Host, Status, WebUrl, Written};
use crate::written;

impl Builder<'_> {
    /// The options of a target of this kind; `path` is the target's.
    pub(super) fn kind(&mut self, kind: &str, value: &Value, path: &str) -> Option<Kind> {
        let value = value.clone();
        match kind {
            "disk" => self.disk(value.try_deserialize().ok()?),
            "web" => self.web(value.try_deserialize().ok()?, path),
            "ftp" => self.ftp(value.try_deserialize().ok()?, path),
            "port" => port(value.try_deserialize().ok()?),
            #[cfg(feature = "faults")]
            "fault" => self.fault(value.try_deserialize().ok()?),
            _ => None,
        }
    }

    fn disk(&mut self, disk: written::Disk) -> Option<Kind> {
        Some(Kind::Disk(Box::new(Disk {
            path: self.folder.join(disk.path?),
            min_free: disk
                .min_free
                .into_iter()
                .map(|Written(free)| free)
                .collect(),
            min_free_inodes: disk.min_free_inodes.map(|Written(share)| share),
        })))
    }

    fn web(&mut self, web: written::Web, path: &str) -> Option<Kind> {
        let has_password = web.password.is_some() || web.password_file.is_some();
        let password = self.secret(web.password, web.password_file, &format!("{path}.password"));
        if has_password && web.user.is_none() && !self.is_written(&format!("{path}.user")) {
            let path = format!("{path}.user");
            self.wrong(
                &path,
                "is missing beside its password",
                "a text of one line",
            );
        }
        let Written(WebUrl(url)) = web.url?;
        Some(Kind::Web(Box::new(Web {
            url,
            method: web.method,
            headers: web.headers.into_iter().collect(),
            user: web.user,
            password,
            follow_redirects: web.follow_redirects,
            ca_file: web.ca_file.map(|file| self.folder.join(file)),
            verify_tls: web.verify_tls,
            status: web
                .expect
                .status
                .into_iter()
                .map(|Written(Status(range))| range)
                .collect(),
            body_contains: web.expect.body_contains,
            body_matches: web.expect.body_matches.map(|Written(regex)| regex),
            body_lacks: web.expect.body_lacks,
            max_time: web.expect.max_time.map(|Written(time)| time),
            certificate_days: web.expect.certificate_days,
        })))
    }

    fn ftp(&mut self, ftp: written::Ftp, path: &str) -> Option<Kind> {
        let password = self.secret(ftp.password, ftp.password_file, &format!("{path}.password"));
        let has_path = ftp.expect.path.is_some() || self.is_written(&format!("{path}.expect.path"));
        if ftp.expect.max_age.is_some() && !has_path {
            let path = format!("{path}.expect.max_age");
            self.wrong(&path, "is the age of nothing", "only beside expect.path");
        }
        let Written(tls) = ftp.tls;
        let port = if tls == FtpTls::Implicit { 990 } else { 21 };
        let Written(Host(host)) = ftp.host?;
        Some(Kind::Ftp(Box::new(Ftp {
            host,
            port: ftp.port.unwrap_or(port),
            tls,
            user: ftp.user,
            password,
            ca_file: ftp.ca_file.map(|file| self.folder.join(file)),
            verify_tls: ftp.verify_tls,
            path: ftp.expect.path,
            max_age: ftp.expect.max_age.map(|Written(age)| age),
            max_time: ftp.expect.max_time.map(|Written(time)| time),
        })))
    }

    #[cfg(feature = "faults")]
    fn fault(&mut self, fault: written::Fault) -> Option<Kind> {
        Some(Kind::Fault(crate::used::Fault {
            trigger: self.folder.join(fault.trigger?),
            mode: fault.mode?,
        }))
    }
}

fn port(port: written::Port) -> Option<Kind> {
    let Written(Host(host)) = port.host?;
    Some(Kind::Port(Box::new(Port {
        host,
        port: port.port?,
        send: port.send,
        banner: port.expect.banner.map(|Written(regex)| regex),
        max_time: port.expect.max_time.map(|Written(time)| time),
    })))
}
