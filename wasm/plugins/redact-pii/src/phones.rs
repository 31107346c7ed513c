//! Telephone numbers, as they are written at home and for abroad (ITU-T E.164, E.123).

use crate::kinds::Certainty;
use crate::region::Region;
use crate::numbers::{Gap, Number};
use std::ops::Deref;

/// What a number is as a telephone number in a region, which is found out only where it matters.
pub fn phone(n: Number, region: &dyn Deref<Target = Region>) -> Option<Certainty> {
    if n.lettered() || n.digits().len() < 8 || n.uniform() {
        return None;
    }
    if n.plus() {
        return abroad(n, 0).then_some(if thousands(n) { Certainty::Named } else { Certainty::Sure });
    }
    if n.starts(&[0, 0]) {
        let certainty = if n.groups() > 1 { Certainty::Likely } else { Certainty::Named };
        return (abroad(n, 2) && n.digits().len() >= 11).then_some(certainty);
    }
    match n.digits()[0] {
        0 if n.groups() == 1 => mobile(n, region),
        0 => trunk(n),
        _ => without_trunk(n, region),
    }
}

/// Whether the digits from a place on are those of a country and of a number there.
fn abroad(n: Number, from: usize) -> bool {
    let digits = &n.digits()[from..];
    let code = digits.iter().take(3).fold(0, |n, d| n * 10 + u64::from(*d));
    #[rustfmt::skip]
    let code = match code / 10 {
        10..=19 | 70..=79 => 1,
        20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98 => 2,
        _ if matches!(code, 210..=269 | 290..=299 | 350..=389 | 420..=429 | 500..=509 | 590..=599 | 670..=692 | 800 | 808 | 850..=886 | 960..=996) => 3,
        _ => return false,
    };
    let national = digits.len() - code;
    // Besides the zero in brackets that is dialled at home, one group may have one digit.
    let single = n.lengths().skip(1).filter(|l| *l == 1).count();
    let tidy = n.gaps().all(|g| g != Gap::Slash) && single <= 1 + usize::from(n.gaps().any(|g| g == Gap::Bracket));
    tidy && digits.len() <= 16 && match digits[..code] {
        [1] => national == 10 && digits[1] >= 2,
        [7] => national == 10,
        [8, 2] | [8, 1] | [3, 3] | [3, 4] | [8, 4] => (8..=12).contains(&national),
        [6, 6] => (8..=10).contains(&national),
        _ => (7..=14).contains(&national),
    }
}

/// Whether it may be a large number with its digits in threes, such as +12 000 000.
fn thousands(n: Number) -> bool {
    n.groups() > 1 && n.digits().len() <= 9 && n.lengths().skip(1).all(|l| l == 3) && n.lengths().next().is_some_and(|l| l <= 3)
}

/// A number of one group that begins with the digit for calls within a country: that of a mobile telephone, or a
/// number that the text calls one.
fn mobile(n: Number, region: &dyn Deref<Target = Region>) -> Option<Certainty> {
    let likely = match (n.digits().len(), &n.digits()[..3]) {
        (10 | 11, [0, 1, 0]) => true,
        (11, [0, 6..=9, 0]) => true,
        (10, [0, 5, _]) if region.has(Region::ARABIC) => true,
        (10, [0, 3 | 5 | 7 | 8 | 9, _]) if region.has(Region::VIETNAMESE) => true,
        (10, [0, 6 | 8 | 9, _]) if region.has(Region::THAI) => true,
        (10, [0, 6 | 7, _]) => true,
        (10, [0, 5, 0 | 3..=6 | 8 | 9]) => true,
        (11, [0, 5 | 7, _]) => true,
        (11 | 12, [0, 1, 5..=7]) => region.has(Region::GERMAN),
        (9..=12, _) => false,
        _ => return None,
    };
    Some(if likely { Certainty::Likely } else { Certainty::Named })
}

/// A number in groups that begins with the digit for calls within a country.
fn trunk(n: Number) -> Option<Certainty> {
    let lengths: [usize; 8] = {
        let mut all = [0; 8];
        if n.groups() > all.len() {
            return None;
        }
        all.iter_mut().zip(n.lengths()).for_each(|(a, l)| *a = l);
        all
    };
    let dotted = n.gaps().any(|g| g == Gap::Dot);
    let area = lengths[0] + if lengths[0] == 1 { lengths[1] } else { 0 };
    let pairs = n.groups() == 5 && lengths[..5] == [2; 5];
    let shaped = pairs
        || !dotted && area <= 5 && lengths[n.groups() - 1] >= 2 && lengths[1..n.groups()].iter().all(|l| (1..=9).contains(l))
        || dotted && n.groups() == 3 && lengths[2] >= 3 && lengths[0] >= 3 && n.parted_by(&[Gap::Dot]);
    let slashed = n.gaps().enumerate().any(|(i, g)| g == Gap::Slash && i > 0);
    if !shaped || slashed || n.digits()[1] == 0 || !(9..=12).contains(&n.digits().len()) {
        return None;
    }
    // Of the numbers that begin so some are dates, and codes of goods.
    let dated = lengths[0] == 2 && lengths[1] == 2 && !pairs;
    Some(if dated { Certainty::Named } else { Certainty::Likely })
}

/// A number that is dialled as it is.
fn without_trunk(n: Number, region: &dyn Deref<Target = Region>) -> Option<Certainty> {
    let marked = n.gaps().any(|g| matches!(g, Gap::Hyphen | Gap::Bracket));
    let dotted = n.parted_by(&[Gap::Dot]);
    let parted = n.groups() > 1;
    let america = |from: usize| n.digits()[from] >= 2 && n.digits()[from + 3] >= 2;
    let likely = |yes: bool| Some(if yes { Certainty::Likely } else { Certainty::Named });
    let is = |shape: &[usize]| n.shaped(shape);
    match n.digits().len() {
        // North America.
        10 if is(&[3, 3, 4]) && america(0) => likely(marked || dotted),
        11 if is(&[1, 3, 3, 4]) && n.digits()[0] == 1 && america(1) => likely(marked || dotted),
        // Russia.
        11 if (is(&[1, 3, 3, 2, 2]) || is(&[1, 3, 3, 4])) && matches!(n.digits()[0], 7 | 8) => likely(true),
        // China.
        11 if n.digits()[0] == 1 && n.digits()[1] >= 3 && (is(&[3, 4, 4]) || is(&[11])) => likely(parted || region.has(Region::CHINESE)),
        // Brazil.
        10 | 11 if n.open() && (is(&[2, 5, 4]) || is(&[2, 4, 4])) => likely(true),
        // India.
        10 if n.digits()[0] >= 6 && (is(&[5, 5]) || is(&[10])) => likely(region.has(Region::HINDI)),
        12 if n.starts(&[9, 1]) && (is(&[12]) || is(&[2, 5, 5])) => likely(region.has(Region::HINDI)),
        // Spain.
        9 if matches!(n.digits()[0], 6..=9) && (is(&[3, 2, 2, 2]) || is(&[2, 3, 2, 2]) || is(&[3, 3, 3])) => likely(region.has(Region::SPANISH) && !is(&[3, 3, 3])),
        // Saudi Arabia and Vietnam, for abroad and without a sign for it.
        12 if n.starts(&[9, 6, 6, 5]) => likely(region.has(Region::ARABIC)),
        11 | 12 if n.starts(&[8, 4]) || n.starts(&[8, 2]) || n.starts(&[6, 6]) => likely(false),
        // What the whole country dials: 1588-1234, 9200 12345.
        8 if is(&[4, 4]) && n.digits()[0] == 1 => likely(false),
        9 if n.starts(&[9, 2, 0, 0]) || n.starts(&[8, 0, 0]) => likely(false),
        8..=11 if n.groups() <= 5 && n.lengths().skip(1).all(|l| l > 1) => likely(false),
        _ => None,
    }
}
