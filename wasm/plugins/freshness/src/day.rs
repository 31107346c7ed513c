//! Days, as numbers and as they are written.

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Day {
    /// Reads the day that a text begins with: 2026-12-31, 2026/12/31, 2026.12.31, or 20261231, with digits of
    /// any of the scripts in use, and whatever follows the day.
    pub fn parse(text: &str) -> Option<Day> {
        let mut fields = [0i64; 3];
        let (mut field, mut digits, mut total) = (0, 0, 0);
        for c in text.trim().chars() {
            if let Some(d) = digit(c) {
                fields[field] = fields[field] * 10 + d;
                (digits, total) = (digits + 1, total + 1);
                if field == 0 && digits > 8 || field > 0 && digits > 2 {
                    return None;
                }
            } else if matches!(c, '-' | '/' | '.' | '–' | '년' | '年' | '월' | '月') && digits > 0 && field < 2 {
                (field, digits) = (field + 1, 0);
            } else if c == ' ' && digits == 0 {
                continue;
            } else {
                break;
            }
        }
        if field == 0 && total == 8 {
            let n = fields[0];
            fields = [n / 10_000, n / 100 % 100, n % 100];
        } else if field != 2 || digits == 0 || fields[0] < 1000 {
            return None;
        }
        Day::of(fields[0], fields[1], fields[2])
    }

    /// The day of a date in the Gregorian calendar; none where there is no such date. The count of days follows
    /// Fliegel and Van Flandern (1968).
    fn of(year: i64, month: i64, day: i64) -> Option<Day> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        if !(1..=12).contains(&month) || day < 1 || day > lengths[month as usize - 1] {
            return None;
        }
        let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        Some(Day(365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468))
    }
}

/// What a digit of the scripts in use is worth.
fn digit(c: char) -> Option<i64> {
    let zeros = ['0', '\u{0660}', '\u{06f0}', '\u{0966}', '\u{0e50}', '\u{ff10}'];
    zeros.iter().find_map(|&zero| (c as u32).checked_sub(zero as u32).filter(|n| *n < 10).map(i64::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read() {
        for (text, want) in [
            ("1970-01-01", Some(0)),
            ("1970-01-02T00:00:00Z", Some(1)),
            ("2000-02-29", Some(11_016)),
            ("2026/12/31", Some(20_818)),
            ("2026. 12. 31.", Some(20_818)),
            ("20261231", Some(20_818)),
            ("2026년 12월 31일", Some(20_818)),
            ("２０２６年１２月３１日", Some(20_818)),
            ("٢٠٢٦-١٢-٣١", Some(20_818)),
            ("1969-12-31", Some(-1)),
            ("1900-02-29", None),
            ("2026-13-01", None),
            ("2026-00-01", None),
            ("2026-12", None),
            ("31.12.2026", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(Day::parse(text), want.map(Day), "{text}");
        }
    }
}
