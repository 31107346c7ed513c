//! Numbers as they stand in a text: groups of digits, and what is between them.

use crate::digits::{digit, invisible, letter, mark, Mark};

/// What stands between two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gap {
    #[default]
    Nothing,
    /// A hyphen, with or without blanks around it.
    Hyphen,
    Blank,
    Dot,
    Slash,
    /// A bracket, or one and a blank or a hyphen.
    Bracket,
}

/// A group of digits.
#[derive(Clone, Copy, Default)]
pub struct Group {
    /// Where its digits begin and end in the text, with the plus sign before them.
    pub start: usize,
    pub end: usize,
    /// How many digits the chain has up to its end.
    digits: usize,
    before: Gap,
    /// A blank stands right before it.
    loose: bool,
    plus: bool,
    /// The opening bracket right before it.
    open: Option<usize>,
}

/// Groups with nothing between them but what may stand inside of a number.
#[derive(Default)]
pub struct Chain {
    /// Digits as their values; [`CORSICA_A`] and [`CORSICA_B`] for the two letters of French numbers.
    values: Vec<u8>,
    groups: Vec<Group>,
}

pub const CORSICA_A: u8 = 10;
pub const CORSICA_B: u8 = 11;

/// No number that is looked for has more digits, or groups.
const DIGITS: usize = 19;
const GROUPS: usize = 8;
/// A longer chain is read in pieces.
const LONGEST: usize = 4096;

impl Chain {
    /// Reads the chain that begins at a place: with a digit, or a plus sign or bracket before one.
    pub fn read(text: &str, at: usize) -> Chain {
        let mut chain = Chain::default();
        let mut group = Group { start: at, ..Group::default() };
        let mut inside = false;
        let mut chars = text[at..].char_indices();
        while let Some((i, c)) = chars.next() {
            let place = at + i;
            let value = digit(c).or_else(|| inside.then(|| chain.corsica(group.digits, c, chars.as_str()))?);
            if let Some(value) = value {
                if !inside {
                    if !group.plus {
                        group.start = place;
                    }
                    // What group.digits holds until the group ends is how many there were before it.
                    group.digits = chain.values.len();
                    inside = true;
                }
                chain.values.push(value);
                group.end = place + c.len_utf8();
                continue;
            }
            if invisible(c) {
                continue;
            }
            if inside {
                inside = false;
                chain.groups.push(Group { digits: chain.values.len(), ..group });
                if chain.groups.len() == LONGEST {
                    break;
                }
                group = Group::default();
            }
            let Some(m) = mark(c).filter(|m| chain.joins(&group, *m)) else {
                if chain.groups.is_empty() && matches!(c, '+' | '＋') && !group.plus {
                    (group.plus, group.start) = (true, place);
                    continue;
                }
                break;
            };
            group.before = wider(group.before, m);
            group.loose = m == Mark::Blank;
            group.open = (m == Mark::Open).then_some(place).or(group.open.filter(|_| m == Mark::Blank));
        }
        if inside {
            chain.groups.push(Group { digits: chain.values.len(), ..group });
        }
        chain
    }

    /// Whether a mark may stand in the gap before a group.
    fn joins(&self, group: &Group, m: Mark) -> bool {
        match (group.before, m) {
            (Gap::Nothing, Mark::Open) => !group.plus,
            (Gap::Nothing, _) => !self.groups.is_empty(),
            (Gap::Blank, Mark::Hyphen | Mark::Slash | Mark::Open | Mark::Close) => true,
            (Gap::Hyphen | Gap::Slash | Gap::Bracket, Mark::Blank) => !group.loose,
            (Gap::Bracket, Mark::Hyphen) => !group.loose,
            (Gap::Bracket, Mark::Open) => group.open.is_none(),
            _ => false,
        }
    }

    /// The letter of a Corsican place of birth, after the 2 of its department and before the number of the place.
    fn corsica(&self, from: usize, c: char, rest: &str) -> Option<u8> {
        let value = match letter(c)? {
            b'A' => CORSICA_A,
            b'B' => CORSICA_B,
            _ => return None,
        };
        let next = rest.chars().next()?;
        let goes_on = match self.values.len() - from {
            1 => mark(next).is_some(),
            6 => digit(next).is_some(),
            _ => false,
        };
        (goes_on && self.values.last() == Some(&2)).then_some(value)
    }

    /// Where it ends: there is nothing to read in it any more, unless it was too long to be read whole.
    pub fn end(&self) -> usize {
        match self.groups.len() {
            LONGEST => self.groups[LONGEST - GROUPS].start,
            _ => self.groups.last().map_or(0, |g| g.end),
        }
    }

    /// The numbers of groups that a number may begin with.
    pub fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        let groups = if self.groups.len() == LONGEST { LONGEST - GROUPS } else { self.groups.len() };
        (0..groups).filter(|i| {
            let g = &self.groups[*i];
            *i == 0 || g.loose || matches!(g.before, Gap::Blank | Gap::Slash | Gap::Bracket)
        })
    }

    /// The numbers that begin with a group and have at least so many digits, the longest first.
    pub fn numbers(&self, from: usize, shortest: usize) -> impl Iterator<Item = Number<'_>> {
        let before = if from == 0 { 0 } else { self.groups[from - 1].digits };
        let most = self.groups[from..].iter().take(GROUPS).take_while(|g| g.digits - before <= DIGITS).count();
        let number = move |count: usize| Number { values: &self.values[before..], groups: &self.groups[from..from + count], before };
        (1..=most).rev().map(number).take_while(move |n| n.digits().len() >= shortest)
    }
}

/// A gap with one more mark.
fn wider(gap: Gap, m: Mark) -> Gap {
    match (gap, m) {
        (_, Mark::Open | Mark::Close) | (Gap::Bracket, _) => Gap::Bracket,
        (Gap::Hyphen, _) | (_, Mark::Hyphen) => Gap::Hyphen,
        (Gap::Slash, _) | (_, Mark::Slash) => Gap::Slash,
        (_, Mark::Dot) => Gap::Dot,
        _ => Gap::Blank,
    }
}

/// The groups that may be a number.
#[derive(Clone, Copy)]
pub struct Number<'a> {
    /// From its first digit on.
    values: &'a [u8],
    groups: &'a [Group],
    /// How many digits of the chain stand before it.
    before: usize,
}

impl<'a> Number<'a> {
    pub fn digits(&self) -> &'a [u8] {
        &self.values[..self.groups[self.groups.len() - 1].digits - self.before]
    }

    /// Where it begins in the text: with its plus sign, or with the bracket around its area.
    pub fn start(&self) -> usize {
        let first = &self.groups[0];
        first.open.filter(|_| self.gaps().any(|g| g == Gap::Bracket)).unwrap_or(first.start)
    }

    /// Where it ends in the text.
    pub fn end(&self) -> usize {
        self.groups[self.groups.len() - 1].end
    }

    /// Whether a blank and another group stand right before it.
    pub fn follows(&self) -> bool {
        self.before > 0 && self.groups[0].before == Gap::Blank
    }

    /// It begins with a plus sign.
    pub fn plus(&self) -> bool {
        self.groups[0].plus
    }

    /// Its first group stands in brackets.
    pub fn open(&self) -> bool {
        self.groups[0].open.is_some()
    }

    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Whether its groups have these lengths.
    pub fn shaped(&self, lengths: &[usize]) -> bool {
        self.groups.len() == lengths.len() && self.lengths().eq(lengths.iter().copied())
    }

    /// The lengths of its groups.
    pub fn lengths(&self) -> impl Iterator<Item = usize> + 'a {
        let mut before = self.before;
        self.groups.iter().map(move |g| {
            let length = g.digits - before;
            before = g.digits;
            length
        })
    }

    /// What stands between its groups.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> + 'a {
        self.groups.iter().skip(1).map(|g| g.before)
    }

    /// Whether nothing else than this stands between its groups; yes for one group.
    pub fn parted_by(&self, gaps: &[Gap]) -> bool {
        self.gaps().all(|g| gaps.contains(&g))
    }

    /// The value of some of its digits; less than 2^64 for 19 of them.
    pub fn value(&self, from: usize, to: usize) -> u64 {
        self.values[from..to].iter().fold(0, |n, d| n * 10 + u64::from(*d))
    }

    /// Whether it begins with these digits.
    pub fn starts(&self, with: &[u8]) -> bool {
        self.digits().starts_with(with)
    }

    /// Whether it has a letter of Corsica.
    pub fn lettered(&self) -> bool {
        self.digits().iter().any(|d| *d > 9)
    }

    /// Whether all of its digits are the same, as in examples and masks.
    pub fn uniform(&self) -> bool {
        self.digits().iter().all(|d| *d == self.values[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups() {
        for (text, want) in [
            ("900101-1234568입니다", &[6, 7][..]),
            ("+82 10-1234-5678", &[2, 2, 4, 4]),
            ("(02) 123-4567", &[2, 3, 4]),
            ("+33 (0)1 22", &[2, 1, 1, 2]),
            ("1 85 05 2A 006 084 36", &[1, 2, 2, 2, 3, 3, 2]),
            ("185052A00608436", &[15]),
            ("12A3", &[2]),
            ("٠٥٥-١٢٣", &[3, 3]),
            ("1--2", &[1]),
            ("1 - 2", &[1, 1]),
            ("1. 2", &[1]),
            ("1\n2", &[1]),
            ("5\u{200f}0", &[2]),
            ("1111111111111111111111111", &[]),
            ("", &[]),
        ] {
            let chain = Chain::read(text, 0);
            let got: Vec<usize> = if chain.groups.is_empty() { Vec::new() } else { chain.numbers(0, 1).next().map_or(Vec::new(), |n| n.lengths().collect()) };
            assert_eq!(got, want, "{text}");
        }
        let begins = |text: &str| Chain::read(text, 0).numbers(0, 1).next().map(|n| (n.start(), n.plus(), n.open()));
        assert_eq!(begins("+82 10"), Some((0, true, false)));
        assert_eq!(begins("(+82) 10"), Some((0, true, true)));
        assert_eq!(begins("(02) 10"), Some((0, false, true)));
        assert_eq!(begins("(0210)"), Some((1, false, true)));
    }

    #[test]
    fn long_chains() {
        let text = "12 ".repeat(10_000);
        let (mut at, mut starts) = (0, 0);
        while at < text.len() - 3 {
            let chain = Chain::read(&text, at);
            starts += chain.starts().count();
            at = chain.end().max(at + 1);
        }
        assert_eq!(starts, 10_000);
    }
}
