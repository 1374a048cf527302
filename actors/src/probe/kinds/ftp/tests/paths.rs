//! A path and its age, with servers that know some of the commands only.

use jiff::ToSpan;

use super::script::{Act, Scripted, say, serve, with_login};
use super::*;

async fn look(
    own: &[(&'static str, Act)],
    path: &str,
    max_age: Option<Duration>,
) -> (String, Scripted) {
    let server = serve(with_login(own)).await;
    let mut options = ftp(server.port);
    options.path = Some(path.into());
    options.max_age = max_age;
    (told(&run(&options).await), server)
}

const DAY: Duration = Duration::from_hours(24);

/// So many hours ago, as MDTM and MLST tell it.
fn hours_ago(hours: i64) -> String {
    let then = Timestamp::now() - hours.hours();
    then.strftime("%Y%m%d%H%M%S").to_string()
}

fn mlst(hours: i64) -> Act {
    let modify = hours_ago(hours);
    say(&format!(
        "250-Listing\r\n Type=file;Modify={modify};Size=3; /a\r\n250 End"
    ))
}

const EPSV: &str = "229 Entering Extended Passive Mode (|||PORT|)";

#[tokio::test]
async fn mlst_tells_all_at_once() {
    let (finding, server) = look(&[("MLST", mlst(3))], "/a", Some(DAY)).await;
    assert_eq!(finding, "ok answer: /a is 3h old");
    assert_eq!(server.heard()[2], "MLST /a");
    let (finding, _) = look(&[("MLST", mlst(50))], "/a", Some(DAY)).await;
    assert_eq!(finding, "failed answer: /a is 2d 2h old, more than 1d");
}

#[tokio::test]
async fn where_mlst_is_missing_mdtm_is_asked() {
    let mdtm = say(&format!("213 {}", hours_ago(30)));
    let own = [("MDTM", mdtm)];
    let (finding, _) = look(&own, "/a", Some(DAY)).await;
    assert_eq!(finding, "failed answer: /a is 1d 6h old, more than 1d");
    assert_eq!(look(&own, "/a", None).await.0, "ok answer: /a is there");
}

#[tokio::test]
async fn a_time_to_come_is_fresh() {
    let own = [("MDTM", say(&format!("213 {}", hours_ago(-2))))];
    let (finding, _) = look(&own, "/a", Some(DAY)).await;
    assert_eq!(finding, "ok answer: /a is 0ms old");
}

#[tokio::test]
async fn where_mdtm_is_missing_too_size_knows_files_and_cwd_folders() {
    let (finding, server) = look(&[("SIZE", say("213 12"))], "/a", None).await;
    assert_eq!(finding, "ok answer: /a is there");
    assert!(server.heard().contains(&"TYPE I".to_owned()));
    let own = [
        ("MDTM", say("550 not a plain file")),
        ("SIZE", say("550 not a plain file")),
        ("CWD", say("250 ok")),
    ];
    let (finding, _) = look(&own, "/pub", None).await;
    assert_eq!(finding, "ok answer: /pub is there");
}

#[tokio::test]
async fn what_every_command_denies_is_missing_in_the_servers_words() {
    let own = [
        ("MDTM", say("550 Could not get file modification time.")),
        ("SIZE", say("550 no")),
        ("CWD", say("550 no")),
    ];
    let (finding, _) = look(&own, "/a", Some(DAY)).await;
    assert_eq!(
        finding,
        "failed answer: /a is missing: 550 Could not get file modification time."
    );
}

#[tokio::test]
async fn where_nothing_but_list_is_known_the_folder_is_listed() {
    let line = "-rw-r--r-- 1 ftp ftp 12 Jan 05 2024 ls-lR.gz\r\n";
    let own = [
        ("CWD /pub/", say("500 what?")),
        ("CWD /pub", say("250 ok")),
        ("EPSV", Act::Open(EPSV.into())),
        ("LIST", Act::List(format!("total 1\r\n{line}"))),
        ("NLST", Act::List("ls-lR.gz\r\nREADME\r\n".into())),
    ];
    let (finding, _) = look(&own, "/pub/ls-lR.gz", Some(DAY)).await;
    assert!(
        finding.starts_with("failed answer: /pub/ls-lR.gz is "),
        "{finding}"
    );
    assert!(finding.ends_with(" old, more than 1d"), "{finding}");
    let (finding, server) = look(&own, "/pub/ls-lR.gz", None).await;
    assert_eq!(finding, "ok answer: /pub/ls-lR.gz is there");
    assert!(server.heard().contains(&"NLST".to_owned()));
    let (finding, _) = look(&own, "/pub/gone", None).await;
    assert_eq!(
        finding,
        "failed answer: /pub/gone is missing in the listing of its folder"
    );
}

#[tokio::test]
async fn an_age_that_nobody_tells_is_unknown_and_not_a_failure() {
    let own = [
        ("SIZE", say("213 12")),
        ("CWD", say("250 ok")),
        ("EPSV", Act::Open(EPSV.into())),
        ("LIST", Act::List("strange format a\r\n".into())),
    ];
    let (finding, _) = look(&own, "/a", Some(DAY)).await;
    assert_eq!(
        finding,
        "unknown answer: /a is there, but the server does not tell how old it is"
    );
}

#[tokio::test]
async fn the_address_in_the_answer_to_pasv_is_ignored() {
    // 192.0.2.1 (RFC 5737) leads nowhere: who believes it hangs.
    let own = [
        ("CWD /a", say("502 no")),
        ("CWD", say("250 ok")),
        (
            "PASV",
            Act::Open("227 Entering Passive Mode (192,0,2,1,P1,P2).".into()),
        ),
        ("NLST", Act::List("a\r\n".into())),
    ];
    let (finding, server) = look(&own, "/a", None).await;
    assert_eq!(finding, "ok answer: /a is there");
    assert!(server.heard().contains(&"EPSV".to_owned()));
}

#[tokio::test]
async fn a_listing_without_end_is_not_read_to_its_end() {
    let own = [
        ("CWD /a", say("502 no")),
        ("CWD", say("250 ok")),
        ("EPSV", Act::Open(EPSV.into())),
        ("NLST", Act::List("other\r\n".repeat(400_000))),
    ];
    let (finding, _) = look(&own, "/a", None).await;
    assert_eq!(
        finding,
        "unknown answer: the listing is too long to look for /a"
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_entered_says_nothing_of_what_is_in_it() {
    let own = [("CWD", say("530 not now"))];
    let (finding, _) = look(&own, "/pub/a", None).await;
    assert_eq!(finding, "failed answer: CWD was answered with: 530 not now");
}

#[tokio::test]
async fn a_name_beyond_ascii_is_announced_and_sent_as_utf_8() {
    let own = [("MLST", mlst(1)), ("OPTS", say("501 unknown option"))];
    let (finding, server) = look(&own, "/pub/Übersicht für alle.txt", None).await;
    assert_eq!(finding, "ok answer: /pub/Übersicht für alle.txt is there");
    assert_eq!(
        server.heard()[2..4],
        ["OPTS UTF8 ON", "MLST /pub/Übersicht für alle.txt"]
    );
}
