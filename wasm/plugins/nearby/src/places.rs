//! Places by their names.

use crate::geohash::Point;

/// A place that an operator has named.
pub struct Place {
    pub name: String,
    pub point: Point,
}

/// The places that a text names, in the order of the list, each once.
pub fn named<'a>(text: &str, places: &'a [Place]) -> Vec<&'a Place> {
    let text = text.to_lowercase();
    places.iter().filter(|p| contains(&text, &p.name.to_lowercase())).collect()
}

/// Whether a text has a name in it that is no part of a longer word. Where words are written together (Chinese,
/// Japanese, Thai), or have particles behind them (Korean), a name's end is not asked for.
fn contains(text: &str, name: &str) -> bool {
    !name.is_empty() && text.match_indices(name).any(|(at, _)| {
        let joined = |a: Option<char>, b: Option<char>| matches!((a, b), (Some(a), Some(b)) if alphabetic(a) && alphabetic(b));
        !joined(text[..at].chars().next_back(), name.chars().next()) && !joined(name.chars().next_back(), text[at + name.len()..].chars().next())
    })
}

/// Whether a letter is of a script with blanks between its words, and nothing onto them.
fn alphabetic(c: char) -> bool {
    c.is_alphabetic() && (c as u32) < 0x0e00
}

/// Words that ask for what is near, in fifteen languages. Without one a place that a question names is only its
/// subject.
const NEAR: [&str; 34] = [
    "near", "nearby", "close to", "around", "근처", "주변", "가까운", "부근", "近く", "周辺", "付近", "附近", "周边", "周邊", "旁边", "قرب", "بالقرب",
    "ใกล้", "แถว", "gần", "quanh", "पास", "निकट", "dekat", "sekitar", "nähe", "près", "proche", "cerca", "perto", "рядом",
    "недалеко", "yakın", "civarı",
];

/// Whether a question asks for what is near a place.
pub fn asks(question: &str) -> bool {
    let question = question.to_lowercase();
    NEAR.iter().any(|word| match word.chars().next() {
        // Turkish and Korean words have endings, and Latin ones must not begin within a word.
        Some(first) if alphabetic(first) => question.match_indices(word).any(|(at, _)| !question[..at].chars().next_back().is_some_and(alphabetic)),
        _ => question.contains(word),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Place {
        Place { name: name.to_string(), point: Point { latitude: 0.0, longitude: 0.0 } }
    }

    #[test]
    fn places_are_named() {
        let places = [place("Soldo"), place("나루"), place("東京"), place("الرياض")];
        for (text, want) in [
            ("The ferry to SOLDO.", vec!["Soldo"]),
            ("Soldota", vec![]),
            ("나루에서 솔도까지", vec!["나루"]),
            ("東京駅の近く", vec!["東京"]),
            ("مدينة الرياض", vec!["الرياض"]),
            ("Soldo, 나루, Soldo", vec!["Soldo", "나루"]),
            ("", vec![]),
        ] {
            assert_eq!(named(text, &places).iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), want, "{text}");
        }
    }

    #[test]
    fn nearness_is_asked_for() {
        for question in ["Which clinics are near Soldo?", "나루 근처 도서관은?", "東京の近くの診療所", "ما العيادات بالقرب من الرياض؟", "In der Nähe von Soldo?", "คลินิกใกล้ตลาด", "Soldo yakınında"] {
            assert!(asks(question), "{question}");
        }
        for question in ["When does the ferry to Soldo go?", "linear equations", "나루는 언제 열어요?"] {
            assert!(!asks(question), "{question}");
        }
    }
}
