//! The owner talks with the program over TLS, through Prosody.

use crate::peers::Stage;
use crate::peers::runner::Runner;

const OS: [&str; 8] = [
    "Operating system: ",
    "Language: ",
    "Host name: ",
    "Administrator rights: ",
    "System directories: ",
    "Screen resolution: ",
    "Internal IP addresses: ",
    "External IP address: ",
];

#[tokio::test]
async fn os_answers_with_eight_labels_in_order_and_says_windows() {
    let stage = Stage::set_for(Runner::Wine, "language: en\ntargets: []\n").await;
    let (owner, _program) = stage.owner_and_program().await;
    let answer = owner.asks("OS").await;
    let lines: Vec<&str> = answer.lines().collect();
    assert_eq!(lines.len(), OS.len(), "{answer}");
    for (line, label) in lines.iter().zip(OS) {
        let value = line.strip_prefix(label);
        assert!(
            value.is_some_and(|value| !value.trim().is_empty()),
            "{label:?}: {answer}"
        );
    }
    assert!(lines[0].contains("Windows"), "{answer}");
}
