//! Numbers of people, by the rules of the states that give them.

use crate::kinds::{Certainty, Kind};
use crate::numbers::{Gap, Number, CORSICA_A, CORSICA_B};

/// All that a number may be.
pub fn read(n: Number<'_>) -> impl Iterator<Item = (Kind, Certainty)> + '_ {
    let rules: &[(Kind, fn(Number) -> Option<Certainty>)] = match n.digits().len() {
        _ if !tidy(n) => &[],
        13 | 15 if n.lettered() => &[(Kind::FrNir, french)],
        _ if n.lettered() => &[],
        9 => &[(Kind::UsSsn, american), (Kind::VnCccd, vietnamese_old)],
        10 => &[(Kind::SaId, saudi)],
        11 => &[(Kind::DeSteuerId, german)],
        12 => &[(Kind::JpMyNumber, japanese), (Kind::VnCccd, vietnamese)],
        13 => &[(Kind::KrRrn, korean), (Kind::ThId, thai), (Kind::FrNir, french)],
        15 => &[(Kind::FrNir, french)],
        _ => &[],
    };
    rules.iter().filter_map(move |(kind, rule)| rule(n).map(|c| (*kind, c)))
}

/// What a number is with the letter that follows it.
pub fn read_with_letter(n: Number, letter: u8) -> Option<Certainty> {
    (tidy(n) && !n.lettered()).then(|| spanish(n, letter))?
}

fn tidy(n: Number) -> bool {
    !n.uniform() && !n.plus() && n.gaps().all(|g| g != Gap::Bracket && g != Gap::Slash)
}

fn day_exists(year: u64, month: u64, day: u64) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (1..=12).contains(&month) && day >= 1 && day <= days[month as usize - 1]
}

/// The sum of digits by weights.
fn weighted(digits: &[u8], weights: &[u64]) -> u64 {
    digits.iter().zip(weights).map(|(d, w)| u64::from(*d) * w).sum()
}

/// Luhn's check (ISO/IEC 7812-1, annex B).
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(i, &d)| {
        let d = u32::from(d) * if i % 2 == 1 { 2 } else { 1 };
        d / 10 + d % 10
    }).sum();
    sum % 10 == 0
}

/// The resident registration number: birth, century and sex, and a check digit in what was given before October 2020.
/// Since then its last six digits are random.
fn korean(n: Number) -> Option<Certainty> {
    let written = n.shaped(&[6, 7]) && n.parted_by(&[Gap::Hyphen, Gap::Blank]);
    let century = match n.digits()[6] {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => 1800,
    };
    let (year, month, day) = (century + n.value(0, 2), n.value(2, 4), n.value(4, 6));
    if !(written || n.groups() == 1) || !day_exists(year, month, day) {
        return None;
    }
    let sum = weighted(&n.digits()[..12], &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let right = |base: u64| (base - sum % 11) % 10 == u64::from(n.digits()[12]);
    // Foreign residents' had a check of their own.
    if right(11) || n.digits()[6] > 4 && n.digits()[6] < 9 && right(13) {
        return Some(if written { Certainty::Sure } else { Certainty::Likely });
    }
    match written {
        true if (year, month) >= (2020, 10) && year < 2100 && n.digits()[6] < 9 => Some(Certainty::Likely),
        true if n.digits()[6] < 9 => Some(Certainty::Named),
        _ => None,
    }
}

/// The individual number, with its check digit (order 85 of 2014 of the Ministry of Internal Affairs, article 5).
fn japanese(n: Number) -> Option<Certainty> {
    let written = n.groups() == 1 || n.shaped(&[4, 4, 4]) && n.parted_by(&[Gap::Hyphen, Gap::Blank]);
    let rest = weighted(&n.digits()[..11], &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest <= 1 { 0 } else { 11 - rest };
    (written && check == u64::from(n.digits()[11])).then_some(Certainty::InRegion)
}

/// The number of citizens (1) and of residents (2), with Luhn's check.
fn saudi(n: Number) -> Option<Certainty> {
    let written = n.groups() == 1 || n.parted_by(&[Gap::Hyphen, Gap::Blank]) && [&[1, 4, 5][..], &[1, 3, 3, 3], &[3, 3, 4], &[4, 3, 3], &[4, 6], &[2, 4, 4]].iter().any(|s| n.shaped(s));
    if !written || !(1..=2).contains(&n.digits()[0]) || !luhn(n.digits()) {
        return None;
    }
    Some(if n.groups() == 1 { Certainty::InRegion } else { Certainty::Named })
}

/// The personal number: the place of birth, sex and century, year, and six random digits. It has no check digit.
fn vietnamese(n: Number) -> Option<Certainty> {
    let written = n.groups() == 1 || (n.shaped(&[3, 3, 3, 3]) || n.shaped(&[4, 4, 4]) || n.shaped(&[3, 3, 6])) && n.parted_by(&[Gap::Blank, Gap::Hyphen, Gap::Dot]);
    #[rustfmt::skip]
    const PROVINCES: [u64; 63] = [
        1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48,
        49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
    ];
    let right = written && PROVINCES.contains(&n.value(0, 3)) && n.digits()[3] <= 3;
    right.then_some(if n.groups() == 1 { Certainty::InRegion } else { Certainty::Named })
}

/// The nine digits that it had before 2021, which tell nothing.
fn vietnamese_old(n: Number) -> Option<Certainty> {
    n.shaped(&[9]).then_some(Certainty::Named)
}

/// The personal number, with a check digit by weights from 13 down to 2.
fn thai(n: Number) -> Option<Certainty> {
    let written = n.shaped(&[1, 4, 5, 2, 1]) && n.parted_by(&[Gap::Hyphen, Gap::Blank]);
    let sum = weighted(&n.digits()[..12], &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let right = (1..=8).contains(&n.digits()[0]) && (11 - sum % 11) % 10 == u64::from(n.digits()[12]);
    match (right, written) {
        (true, true) => Some(Certainty::Sure),
        (true, false) if n.groups() == 1 => Some(Certainty::InRegion),
        _ => None,
    }
}

/// The tax number (section 139b of the tax code): of the first ten digits exactly one comes twice or three times; the
/// check digit is that of ISO/IEC 7064, MOD 11,10.
fn german(n: Number) -> Option<Certainty> {
    let written = n.groups() == 1 || n.shaped(&[2, 3, 3, 3]) && n.parted_by(&[Gap::Blank, Gap::Hyphen, Gap::Dot]);
    if !written || n.digits()[0] == 0 {
        return None;
    }
    let mut counts = [0; 10];
    n.digits()[..10].iter().for_each(|d| counts[usize::from(*d)] += 1);
    let repeated = counts.iter().filter(|c| **c > 1).count();
    if repeated != 1 || counts.iter().any(|c| *c > 3) {
        return None;
    }
    let mut product = 10;
    for d in &n.digits()[..10] {
        let sum = (u64::from(*d) + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    ((11 - product) % 10 == u64::from(n.digits()[10])).then_some(Certainty::Likely)
}

/// The number of the social security: sex, year and month of birth, department and commune, order, and a key modulo 97.
fn french(n: Number) -> Option<Certainty> {
    let written = n.groups() == 1 || n.parted_by(&[Gap::Blank, Gap::Hyphen, Gap::Dot]) && [&[1, 2, 2, 2, 3, 3, 2][..], &[1, 2, 2, 5, 3, 2], &[13, 2], &[1, 2, 2, 2, 3, 3], &[1, 2, 2, 2, 6, 2]].iter().any(|s| n.shaped(s));
    let month = n.value(3, 5);
    if !written || !matches!(n.digits()[0], 1..=4 | 7 | 8) || !matches!(month, 1..=12 | 20..=42 | 50..=99) || n.value(5, 7) == 0 {
        return None;
    }
    // The letters of Corsica count as 19 and 18.
    let mut digits = [0; 13];
    digits.copy_from_slice(&n.digits()[..13]);
    (digits[5], digits[6]) = match digits[6] {
        CORSICA_A => (1, 9),
        CORSICA_B => (1, 8),
        _ => (digits[5], digits[6]),
    };
    let whole = digits.iter().fold(0, |n, d| n * 10 + u64::from(*d));
    match n.digits().len() {
        13 if month <= 12 => Some(Certainty::Named),
        15 if 97 - whole % 97 == n.value(13, 15) => Some(Certainty::Sure),
        _ => None,
    }
}

/// The letters of Spanish numbers, by the remainder of a number by 23.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// The number of a Spaniard's document, with its letter.
fn spanish(n: Number, letter: u8) -> Option<Certainty> {
    let written = n.groups() == 1 || n.shaped(&[2, 3, 3]) && n.parted_by(&[Gap::Dot, Gap::Blank]);
    (n.digits().len() == 8 && written && letter == LETTERS[n.value(0, 8) as usize % 23]).then_some(Certainty::Likely)
}

/// The number of a foreigner, whose first letter stands for a digit.
pub fn spanish_foreigner(first: u8, n: Number, letter: u8) -> Option<Certainty> {
    let written = n.shaped(&[7]) || n.shaped(&[1, 3, 3]) && n.parted_by(&[Gap::Dot]);
    let value = || u64::from(first - b'X') * 10_000_000 + n.value(0, 7);
    (written && letter == LETTERS[value() as usize % 23]).then_some(Certainty::Likely)
}

/// The social security number: area, group and serial. It has no check digit.
fn american(n: Number) -> Option<Certainty> {
    let (area, group, serial) = (n.value(0, 3), n.value(3, 5), n.value(5, 9));
    if area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 {
        return None;
    }
    match n.shaped(&[3, 2, 4]) {
        true if n.parted_by(&[Gap::Hyphen]) => Some(Certainty::Likely),
        true if n.parted_by(&[Gap::Blank, Gap::Dot]) => Some(Certainty::Named),
        false if n.groups() == 1 => Some(Certainty::Named),
        _ => None,
    }
}
