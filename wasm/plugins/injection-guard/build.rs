//! Makes the index of the words that are looked for, so that no call has to.

use std::collections::BTreeMap;
use std::fmt::Write;

#[allow(dead_code)]
#[path = "src/plain.rs"]
mod plain;
#[allow(dead_code)]
#[path = "src/words.rs"]
mod words;

/// Whether a phrase has a word, as it stands in the lists.
fn has(phrase: &str, word: &str) -> bool {
    let whole = word.ends_with('|');
    let word: String = plain::plain(word.trim_end_matches('|')).text.into_iter().collect();
    phrase.match_indices(word.trim()).any(|(at, _)| {
        let ends = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
        ends(phrase[..at].chars().next_back()) && (!whole || ends(phrase[at + word.trim().len()..].chars().next()))
    })
}

fn main() {
    println!("cargo:rerun-if-changed=src/words.rs");
    println!("cargo:rerun-if-changed=src/plain.rs");
    // By their first two letters, the longest first; a word that several languages share is there once.
    let mut all = BTreeMap::new();
    let models = |language| words::WORDS.iter().filter(move |(l, sign, _)| *sign == words::Sign::Model && (*l == language || *l == words::ANY));
    for (language, sign, list) in words::WORDS {
        for word in list.split(',') {
            let whole = word.ends_with(['|', ' ']);
            let plain: String = plain::plain(word.trim_end_matches('|')).text.into_iter().collect();
            let plain = if whole { plain.trim_end() } else { &plain };
            assert!(plain.trim() != "", "an empty word among those of language {language}, {sign:?}");
            let mut letters = plain.chars();
            let first = (letters.next().unwrap(), letters.next().unwrap_or('\0'));
            let languages = if *language == words::ANY { u16::MAX } else { 1 << language };
            // Who is spoken to by a name is named.
            let named = *sign == words::Sign::Address && models(*language).flat_map(|(_, _, list)| list.split(',')).any(|m| has(plain, m));
            if named {
                *all.entry((first, usize::MAX - plain.chars().count(), plain.to_string(), words::Sign::Model, whole)).or_insert(0u16) |= languages;
            }
            *all.entry((first, usize::MAX - plain.chars().count(), plain.to_string(), *sign, whole)).or_insert(0u16) |= languages;
        }
    }
    let mut out = String::from("pub static WORDS: &[Word] = &[\n");
    let mut firsts: Vec<((char, char), usize, usize)> = Vec::new();
    for (i, ((first, _, text, sign, whole), languages)) in all.iter().enumerate() {
        writeln!(out, "    Word {{ text: {text:?}, sign: {sign:?}, whole: {whole}, languages: {languages} }},").unwrap();
        match firsts.last_mut() {
            Some(last) if last.0 == *first => last.2 = i + 1,
            _ => firsts.push((*first, i, i + 1)),
        }
    }
    out += "];\n\npub static FIRSTS: &[(char, char, u16, u16)] = &[\n";
    for ((first, second), from, to) in firsts {
        writeln!(out, "    ({first:?}, {second:?}, {from}, {to}),").unwrap();
    }
    out += "];\n";
    let folder = std::env::var("OUT_DIR").unwrap();
    std::fs::write(std::path::Path::new(&folder).join("index.rs"), out).unwrap();
}
