//! The server that most targets are.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use secrecy::SecretString;
use tempfile::TempDir;

use super::*;

struct Nginx {
    child: Child,
    port: u16,
    _dir: TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn config(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "daemon off; master_process off; pid {dir}/pid; error_log {dir}/error.log;
        events {{ worker_connections 32; }}
        http {{
          access_log {dir}/access.log; gzip on; gzip_min_length 1; gzip_proxied any;
          client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
          uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s; default_type text/html;
          server {{
            listen 127.0.0.1:{port}; root {dir};
            location = /old {{ return 301 /page.html; }}
            location = /private.html {{ auth_basic closed; auth_basic_user_file {dir}/users; }}
            location = /busy {{ return 503; }}
          }}
        }}"
    )
}

async fn nginx() -> Nginx {
    let dir = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("nginx.conf"), config(dir.path(), port)).unwrap();
    std::fs::write(at("users"), "monitor:{PLAIN}secret\n").unwrap();
    for page in ["page.html", "private.html"] {
        std::fs::write(at(page), "<h1>Welcome</h1>").unwrap();
    }
    let child = Command::new("nginx")
        .arg("-e")
        .arg(at("error.log"))
        .arg("-c")
        .arg(at("nginx.conf"))
        .stdin(Stdio::null())
        .spawn()
        .expect("nginx is installed");
    let server = Nginx {
        child,
        port,
        _dir: dir,
    };
    let up = async {
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PLENTY, up)
        .await
        .expect("nginx listens");
    server
}

#[tokio::test]
async fn pages_of_nginx_are_judged_as_a_reader_would() {
    let nginx = nginx().await;
    let page = |path: &str| {
        let mut options = options(&format!("http://127.0.0.1:{}{path}", nginx.port));
        options.body_contains = Some("Welcome".into());
        options
    };
    assert_ok(&check(page("/page.html")).await);
    assert_ok(&check(page("/old")).await);
    let (verdict, phase, text) = told(&check(page("/missing")).await);
    assert_eq!((verdict, phase), (Verdict::Failed, Some(Phase::Answer)));
    let begins =
        "status 404 Not Found, expected 200-299; body begins \"<html>  <head><title>404 Not Found";
    assert!(text.starts_with(begins), "{text}");
    let (_, _, text) = told(&check(page("/busy")).await);
    assert!(
        text.starts_with("status 503 Service Unavailable, expected 200-299"),
        "{text}"
    );
    let mut head = page("/page.html");
    (head.method, head.body_contains) = ("HEAD".into(), None);
    assert_ok(&check(head).await);
}

#[tokio::test]
async fn nginx_lets_us_in_by_user_and_password_alone() {
    let nginx = nginx().await;
    let mut options = options(&format!("http://127.0.0.1:{}/private.html", nginx.port));
    options.user = Some("monitor".into());
    options.password = Some(SecretString::from("secret"));
    assert_ok(&check(options.clone()).await);
    options.password = Some(SecretString::from("wrong"));
    let (verdict, _, text) = told(&check(options).await);
    assert_eq!(verdict, Verdict::Failed);
    assert!(text.starts_with("status 401 Unauthorized"), "{text}");
    assert!(!text.contains("wrong"), "{text}");
}
