//! Maximal marginal relevance (Carbonell and Goldstein, 1998): each next passage is the one that is
//! most relevant and least like those that were chosen already.

/// What is compared: how relevant a passage is, and what it says.
pub struct Candidate<'a> {
    pub score: f64,
    pub text: &'a str,
}

/// The order of the candidates. With a weight of 1 relevance alone counts, with 0 novelty alone.
/// Equals stay in the order that they came in.
pub fn order(candidates: &[Candidate], weight: f64) -> Vec<usize> {
    let profiles: Vec<Profile> = candidates.iter().map(|c| Profile::new(c.text)).collect();
    let relevance = relevance(candidates);
    let mut nearest = vec![0f64; candidates.len()]; // likeness to the most alike that was chosen
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    let mut chosen = Vec::with_capacity(candidates.len());
    while !left.is_empty() {
        let mut best = 0;
        let mut most = f64::NEG_INFINITY;
        for (at, &i) in left.iter().enumerate() {
            let value = weight * relevance[i] - (1.0 - weight) * nearest[i];
            if value > most {
                (best, most) = (at, value);
            }
        }
        let i = left.remove(best);
        chosen.push(i);
        for &j in &left {
            let likeness = profiles[i].likeness(&profiles[j]);
            if likeness > nearest[j] {
                nearest[j] = likeness;
            }
        }
    }
    chosen
}

/// Scores brought to 0..1: those of different searches do not compare.
fn relevance(candidates: &[Candidate]) -> Vec<f64> {
    let least = candidates.iter().map(|c| c.score).fold(f64::INFINITY, f64::min);
    let most = candidates.iter().map(|c| c.score).fold(f64::NEG_INFINITY, f64::max);
    candidates.iter().map(|c| if most > least { (c.score - least) / (most - least) } else { 1.0 }).collect()
}

/// What a text looks like: which runs of three characters are in it, which says as much in Korean
/// or Thai as in English. Each run has one of these marks, and may share it.
struct Profile {
    marks: [u64; WORDS],
    count: u32,
}

const WORDS: usize = 32;

impl Profile {
    fn new(text: &str) -> Profile {
        let mut marks = [0; WORDS];
        let mut run = SPACE << (2 * BITS) | SPACE << BITS | SPACE; // the last three
        for c in text.chars() {
            let c = ASCII.get(c as usize).map_or_else(|| folded(c), |&c| u64::from(c));
            if c == SPACE && run & LAST == SPACE {
                continue;
            }
            run = run << BITS | c;
            let mark = mark(run);
            marks[mark / 64] |= 1 << (mark % 64);
        }
        Profile { marks, count: marks.iter().map(|m| m.count_ones()).sum() }
    }

    /// The cosine (Ochiai's coefficient of two sets), from 0 to 1.
    fn likeness(&self, other: &Profile) -> f64 {
        let shared: u32 = self.marks.iter().zip(&other.marks).map(|(a, b)| (a & b).count_ones()).sum();
        if shared > 0 {
            f64::from(shared) / (f64::from(self.count) * f64::from(other.count)).sqrt()
        } else {
            0.0
        }
    }
}

/// How many bits a character takes, and those of the last of a run.
const BITS: u32 = 21;
const LAST: u64 = (1 << BITS) - 1;

const SPACE: u64 = ' ' as u64;

/// What the characters of ASCII are folded to.
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut c = 0;
    while c < table.len() {
        table[c] = folded(c as u8 as char) as u8;
        c += 1;
    }
    table
};

/// A letter or digit in lower case where that is cheap to know, and a blank for all else.
const fn folded(c: char) -> u64 {
    match c {
        'A'..='Z' => c as u64 + 32,
        'a'..='z' | '0'..='9' => c as u64,
        '\0'..='\x7f' => SPACE,
        // Spaces and punctuation; a sign that is taken for a letter does no harm.
        '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' | '\u{a0}'..='\u{bf}' => SPACE,
        _ => c as u64,
    }
}

/// Spreads the last three characters over the marks, by multiplication (Knuth, volume 3, 6.4).
fn mark(run: u64) -> usize {
    ((run << (64 - 3 * BITS)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 53) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 4] = [
        "The ferry to Soldo island leaves the Naru landing at nine in the morning.",
        "The ferry to Soldo island leaves the Naru landing at nine in the morning!",
        "Parcels are handed in at the office until half past eight.",
        "Dogs travel free on a leash; bicycles cost two thousand won.",
    ];

    fn candidates(scores: [f64; 4]) -> Vec<Candidate<'static>> {
        scores.iter().zip(TEXTS).map(|(&score, text)| Candidate { score, text }).collect()
    }

    #[test]
    fn what_says_the_same_comes_later() {
        assert_eq!(order(&candidates([9.0, 8.9, 8.5, 5.0]), 0.5), [0, 2, 1, 3]);
    }

    #[test]
    fn relevance_alone_changes_nothing() {
        assert_eq!(order(&candidates([9.0, 8.9, 8.0, 7.9]), 1.0), [0, 1, 2, 3]);
    }

    #[test]
    fn the_best_stays_the_best() {
        assert_eq!(order(&candidates([1.0, 2.0, 3.0, 4.0]), 0.6)[0], 3);
    }

    #[test]
    fn equals_stay_in_their_order_and_nothing_is_lost() {
        assert_eq!(order(&[], 0.5), [] as [usize; 0]);
        let same: Vec<Candidate> = (0..5).map(|_| Candidate { score: 1.0, text: "same" }).collect();
        assert_eq!(order(&same, 0.7), [0, 1, 2, 3, 4]);
        let empty: Vec<Candidate> = (0..3).map(|_| Candidate { score: 0.0, text: "" }).collect();
        assert_eq!(order(&empty, 0.7), [0, 1, 2]);
    }

    #[test]
    fn other_scripts() {
        let texts = ["나루에서 솔도로 가는 배는 아침 아홉 시에 떠난다.", "나루에서 솔도로 가는 배가 아침 아홉 시에 떠납니다.", "소포는 여덟 시 반까지 사무소에 맡긴다."];
        let all: Vec<Candidate> = texts.iter().enumerate().map(|(i, text)| Candidate { score: 9.0 - i as f64 * 0.1, text }).collect();
        assert_eq!(order(&all, 0.5), [0, 2, 1]);
    }
}
