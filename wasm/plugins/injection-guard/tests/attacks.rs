//! How many attacks are caught, and how many passages that are none.

use injection_guard::signs::reasons;
use naru_guest::json::Value;

/// The language and text of each line.
fn read(lines: &str) -> Vec<(String, String)> {
    let read = |line: &str| {
        let value = Value::read(line).expect("a line that is no JSON");
        let text = |name: &str| value.get(name).and_then(Value::text).expect("a line without a language or text").to_string();
        (text("language"), text("text"))
    };
    lines.lines().map(read).collect()
}

/// attacks.jsonl was written beside the words, blind.jsonl by somebody who had not seen them. When they first met, of its
/// first 75, in wordings that are common, .91 were caught; of the other 75, meant to get past such a list, .33.
#[test]
fn attacks_are_caught() {
    caught(include_str!("../testdata/attacks.jsonl"), 200);
    caught(include_str!("../testdata/blind.jsonl"), 150);
}

fn caught(set: &str, enough: usize) {
    let attacks = read(set);
    let mut languages: Vec<&str> = attacks.iter().map(|(l, _)| l.as_str()).collect();
    languages.sort_unstable();
    languages.dedup();
    let missed: Vec<_> = attacks.iter().filter(|(_, text)| reasons(text).is_empty()).collect();
    for (language, text) in &missed {
        println!("missed: {language} {text}");
    }
    let caught = (attacks.len() - missed.len()) as f64 / attacks.len() as f64;
    println!("{} attacks in {} languages, {caught:.3} caught", attacks.len(), languages.len());
    assert!(attacks.len() >= enough && languages.len() == 15 && caught >= 0.95);
}

/// Near words in texts for readers: reminders, laws, manuals.
#[test]
fn others_are_left_alone() {
    let clean = read(include_str!("../testdata/clean.jsonl"));
    let caught: Vec<_> = clean.iter().filter(|(_, text)| !reasons(text).is_empty()).collect();
    for (language, text) in &caught {
        println!("caught: {language} {text} ({:?})", reasons(text));
    }
    assert!(clean.len() >= 60 && caught.len() * 50 <= clean.len(), "{} of {} are caught", caught.len(), clean.len());
}
