//! Greeting and login, and servers that stall or misbehave there.

use super::script::{Act, say, serve, with_login};
use super::*;

async fn found(script: Vec<(&'static str, Act)>) -> String {
    told(&run(&ftp(serve(script).await.port)).await)
}

#[tokio::test]
async fn a_greeting_of_many_lines_is_read_to_its_end() {
    let greeting = "220-Welcome\r\n220-to the mirror\r\n150 users are online\r\n220 ready";
    let script = with_login(&[("GREETING", say(greeting))]);
    assert_eq!(found(script).await, "ok login: logged in: 230 welcome");
}

#[tokio::test]
async fn a_greeting_that_announces_a_delay_is_waited_for() {
    let script = with_login(&[("GREETING", say("120 in a minute\r\n220 ready"))]);
    assert_eq!(found(script).await, "ok login: logged in: 230 welcome");
}

#[tokio::test]
async fn a_greeting_421_is_a_refusal_with_its_text() {
    let script = with_login(&[("GREETING", say("421 too many\x1b[2J connections"))]);
    assert_eq!(
        found(script).await,
        "failed greeting: not available: 421 too many\\u{1b}[2J connections"
    );
}

#[tokio::test]
async fn a_421_later_is_told_in_the_phase_where_it_came() {
    let script = with_login(&[("PASS", say("421 going down"))]);
    assert_eq!(
        found(script).await,
        "failed login: not available: 421 going down"
    );
}

#[tokio::test]
async fn something_that_is_no_ftp_server_is_called_that() {
    let script = with_login(&[("GREETING", say("SSH-2.0-OpenSSH_9.6"))]);
    assert_eq!(
        found(script).await,
        "failed greeting: no FTP server, it said 'SSH-2.0-OpenSSH_9.6'"
    );
}

#[tokio::test]
async fn a_greeting_that_never_ends_is_cut_off() {
    let endless = "220 ".to_owned() + &"x".repeat(200_000);
    let finding = found(with_login(&[("GREETING", Act::Say(endless))])).await;
    assert!(
        finding.starts_with("failed greeting: a reply of more than 64 KiB, beginning with '220 xx"),
        "{finding}"
    );
    let lines = "220-more\r\n".repeat(20_000);
    let finding = found(with_login(&[("GREETING", Act::Say(lines))])).await;
    assert!(finding.contains("more than 64 KiB"), "{finding}");
}

#[tokio::test]
async fn a_password_that_is_refused_is_told_with_the_servers_words() {
    let script = with_login(&[("PASS", say("530 Login incorrect."))]);
    assert_eq!(
        found(script).await,
        "failed login: login refused: 530 Login incorrect."
    );
}

#[tokio::test]
async fn a_server_that_wants_an_account_says_so() {
    let script = with_login(&[("PASS", say("332 account?"))]);
    assert_eq!(
        found(script).await,
        "failed login: the login needs an account (ACCT): 332 account?"
    );
}

#[tokio::test]
async fn a_user_without_a_password_is_let_in_at_once() {
    let script = with_login(&[("USER", say("230 come in"))]);
    assert_eq!(found(script).await, "ok login: logged in: 230 come in");
}

#[tokio::test]
async fn anonymous_says_a_password_and_others_say_theirs_and_all_say_quit() {
    let server = serve(with_login(&[])).await;
    run(&ftp(server.port)).await;
    let wanted = ["USER anonymous", "PASS anonymous@", "QUIT"];
    while server.heard().len() < wanted.len() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.heard(), wanted);

    let server = serve(with_login(&[])).await;
    let mut options = ftp(server.port);
    options.user = "mirror".into();
    options.password = Some(SecretString::from("päss word"));
    run(&options).await;
    assert_eq!(server.heard()[..2], ["USER mirror", "PASS päss word"]);
}

#[tokio::test]
async fn a_reply_that_comes_in_pieces_is_put_together() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        for piece in [
            "2", "20", "-wel", "come\r", "\n220", " ", "ready", "\r", "\n",
        ] {
            stream.write_all(piece.as_bytes()).await?;
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let mut line = String::new();
        BufReader::new(&mut stream).read_line(&mut line).await?;
        stream.write_all(b"230 in").await?;
        tokio::time::sleep(Duration::from_millis(3)).await;
        stream.write_all(b" pieces\r\n").await?;
        std::future::pending::<std::io::Result<()>>().await
    });
    let finding = run(&ftp(port)).await;
    assert_eq!(told(&finding), "ok login: logged in: 230 in pieces");
}

#[tokio::test]
async fn a_stall_in_each_phase_leaves_that_phase_in_the_trace() {
    for (verb, phase) in [
        ("GREETING", Phase::Greeting),
        ("AUTH", Phase::Tls),
        ("USER", Phase::Login),
        ("PASS", Phase::Login),
        ("MLST", Phase::Answer),
        ("CWD", Phase::Answer),
    ] {
        let server = serve(with_login(&[(verb, Act::Stall)])).await;
        let mut options = ftp(server.port);
        options.path = Some("/motd".into());
        if verb == "AUTH" {
            options.tls = FtpTls::Explicit;
        }
        let (tools, trace) = (tools(), Trace::default());
        let wait = Duration::from_millis(300);
        let result = tokio::time::timeout(wait, check(&options, &tools, &trace)).await;
        assert!(result.is_err(), "{verb}: {result:?}");
        let peer = Some(format!("127.0.0.1:{}", server.port));
        assert_eq!(trace.reached(), (Some(phase), peer), "{verb}");
    }
}

#[tokio::test]
async fn a_server_that_stalls_at_quit_changes_nothing() {
    let script = with_login(&[("QUIT", Act::Stall)]);
    let start = Instant::now();
    assert_eq!(found(script).await, "ok login: logged in: 230 welcome");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_reset_is_told_with_its_phase() {
    let server = serve(vec![("GREETING", Act::Reset)]).await;
    let finding = run(&ftp(server.port)).await;
    let reset = if crate::testing::is_wine() {
        "closed"
    } else {
        "reset"
    };
    let wanted = format!(
        "failed greeting: connection {reset} by 127.0.0.1:{}",
        server.port
    );
    assert_eq!(told(&finding), wanted);
    let server = serve(with_login(&[("PASS", Act::Reset)])).await;
    let finding = run(&ftp(server.port)).await;
    let wanted = format!(
        "failed login: connection closed by 127.0.0.1:{}",
        server.port
    );
    assert_eq!(told(&finding), wanted);
}

#[tokio::test]
async fn a_slow_server_is_a_warning() {
    let mut options = ftp(serve(with_login(&[])).await.port);
    options.max_time = Some(Duration::ZERO);
    let finding = run(&options).await;
    assert_eq!(finding.verdict, Verdict::Warning, "{finding:?}");
}

#[tokio::test]
async fn a_line_break_in_the_configuration_never_reaches_the_server() {
    let server = serve(with_login(&[])).await;
    let mut options = ftp(server.port);
    options.path = Some("/x\r\nDELE /x".into());
    assert_eq!(
        told(&run(&options).await),
        "unknown -: path must not contain a line break"
    );
    options.path = None;
    options.password = Some(SecretString::from("x\nDELE /x"));
    let finding = told(&run(&options).await);
    assert_eq!(finding, "unknown -: password must not contain a line break");
    assert_eq!(server.heard(), Vec::<String>::new());
}
