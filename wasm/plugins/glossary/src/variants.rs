//! Which other wordings a question has, by groups of words that mean the same.

/// How many wordings there are at most; the interface takes no more.
pub const MOST: usize = 4;

/// How many characters a wording has at most.
pub const LONGEST: usize = 4000;

/// A place in a question where a word of a group stands.
struct Place {
    start: usize,
    end: usize,
    /// The words that could stand there instead, in the order of the group.
    others: Vec<String>,
}

/// The question in other words: in the first each word of a group is replaced by the first other
/// word of its group, in the second by the second, and so on. A word that has none left stays.
pub fn variants(question: &str, groups: &[Vec<String>]) -> Vec<String> {
    let places = places(question, groups);
    let most = places.iter().map(|p| p.others.len()).max().unwrap_or(0).min(MOST);
    (0..most).map(|n| replaced(question, &places, n)).filter(|v| v.chars().count() <= LONGEST).collect()
}

fn replaced(question: &str, places: &[Place], n: usize) -> String {
    let mut out = String::with_capacity(question.len() + 32);
    let mut at = 0;
    for p in places {
        out.push_str(&question[at..p.start]);
        match p.others.get(n) {
            Some(word) => out.push_str(word),
            None => out.push_str(&question[p.start..p.end]),
        }
        at = p.end;
    }
    out.push_str(&question[at..]);
    out
}

/// Where words of groups stand, from left to right and apart. Of words that overlap the longest counts.
fn places(question: &str, groups: &[Vec<String>]) -> Vec<Place> {
    let folded = Folded::new(question);
    let mut found: Vec<Place> = Vec::new();
    for group in groups {
        for (i, word) in group.iter().enumerate() {
            let wanted = fold(word);
            if wanted.is_empty() {
                continue;
            }
            for at in folded.find(&wanted) {
                let (start, end) = folded.original(at, at + wanted.len());
                if !stands_alone(question, start, end) {
                    continue;
                }
                let others = group.iter().enumerate().filter(|(j, w)| *j != i && fold(w) != wanted).map(|(_, w)| w.clone()).collect();
                found.push(Place { start, end, others });
            }
        }
    }
    found.sort_by(|a, b| (a.start, b.end).cmp(&(b.start, a.end)));
    let mut apart: Vec<Place> = Vec::new();
    for p in found {
        if apart.last().map_or(true, |last| p.start >= last.end) {
            apart.push(p);
        } else if let Some(last) = apart.last_mut() {
            if last.start == p.start && last.end == p.end {
                last.others.extend(p.others); // a word of two groups
            }
        }
    }
    apart
}

/// A text in lower case, that knows where each of its bytes comes from.
struct Folded {
    text: String,
    /// For each byte, where its character begins in the original, and where that ends.
    from: Vec<(usize, usize)>,
}

impl Folded {
    fn new(original: &str) -> Folded {
        let mut f = Folded { text: String::new(), from: Vec::new() };
        for (at, c) in original.char_indices() {
            let before = f.text.len();
            f.text.extend(c.to_lowercase());
            f.from.resize(f.from.len() + f.text.len() - before, (at, at + c.len_utf8()));
        }
        f
    }

    fn find<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.text.match_indices(wanted).map(|(at, _)| at)
    }

    fn original(&self, start: usize, end: usize) -> (usize, usize) {
        (self.from[start].0, self.from[end - 1].1)
    }
}

fn fold(word: &str) -> String {
    word.trim().chars().flat_map(char::to_lowercase).collect()
}

/// Whether a word is one there, and not part of a longer one. Scripts that put no blanks between
/// words, and Korean, whose particles follow without one, are not asked for an end.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let first = text[start..].chars().next();
    let last = text[..end].chars().next_back();
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let joined = |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if spaced(a) && spaced(b));
    !joined(before, first) && !joined(last, after)
}

/// Whether a letter is of a script that puts blanks between words, and nothing onto them.
fn spaced(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | // Thai, Lao, Burmese, Khmer
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | // kana, Han
        '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}') // Hangul
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(all: &[&[&str]]) -> Vec<Vec<String>> {
        all.iter().map(|g| g.iter().map(|w| w.to_string()).collect()).collect()
    }

    #[test]
    fn words_of_a_group_stand_for_one_another() {
        let g = groups(&[&["심근경색", "심장마비", "myocardial infarction"], &["ferry", "boat"], &["MI", "myocardial infarction"]]);
        for (question, want) in [
            ("심근경색의 증상은?", vec!["심장마비의 증상은?", "myocardial infarction의 증상은?"]),
            ("When does the Ferry go?", vec!["When does the boat go?"]),
            ("Myocardial Infarction on a ferry", vec!["심근경색 on a boat", "심장마비 on a ferry", "MI on a ferry"]),
            ("ferryman", vec![]),
            ("a miferry MIX", vec![]),
            ("", vec![]),
            ("nothing", vec![]),
        ] {
            assert_eq!(variants(question, &g), want, "{question}");
        }
    }

    #[test]
    fn scripts_without_blanks() {
        let g = groups(&[&["渡船", "渡し船"], &["เรือ", "เรือข้ามฟาก"], &["عبارة", "معدية"]]);
        assert_eq!(variants("渡船几点开", &g), ["渡し船几点开"]);
        assert_eq!(variants("เรือออกกี่โมง", &g), ["เรือข้ามฟากออกกี่โมง"]);
        assert_eq!(variants("متى تغادر عبارة سلدو", &g), ["متى تغادر معدية سلدو"]);
    }

    #[test]
    fn no_more_than_the_interface_takes() {
        let g = groups(&[&["a", "b", "c", "d", "e", "f", "g"]]);
        assert_eq!(variants("a", &g), ["b", "c", "d", "e"]);
    }

    #[test]
    fn no_longer_than_the_interface_takes() {
        let g = groups(&[&["a", "b"]]);
        assert_eq!(variants(&"a ".repeat(1999), &g).len(), 1);
        assert_eq!(variants(&"a ".repeat(2001), &g), Vec::<String>::new());
    }

    #[test]
    fn letters_that_grow_in_lower_case() {
        let g = groups(&[&["i̇stanbul", "byzantion"]]);
        assert_eq!(variants("İstanbul?", &g), ["byzantion?"]);
        assert_eq!(variants("ß İİ 𝔸", &g), Vec::<String>::new());
    }
}
