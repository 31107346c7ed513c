//! Which passages are in force, and which are newer.

use crate::day::Day;

/// What is known of a passage's age and validity.
#[derive(Clone, Copy, Default)]
pub struct Times {
    pub modified: Option<Day>,
    pub from: Option<Day>,
    /// The last day that it is in force.
    pub until: Option<Day>,
}

/// Whether something is in force on a day.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Force {
    InForce,
    NotYet,
    NoLonger,
}

impl Times {
    pub fn on(&self, today: Day) -> Force {
        match (self.from, self.until) {
            (_, Some(until)) if until < today => Force::NoLonger,
            (Some(from), _) if from > today => Force::NotYet,
            _ => Force::InForce,
        }
    }
}

/// The score of a passage by its age: half for each half-life. What has no date, or one to come, counts as new.
pub fn decayed(score: f64, modified: Option<Day>, today: Day, half_life: f64) -> f64 {
    let age = modified.map_or(0, |m| (today.0 - m.0).max(0)) as f64;
    if score >= 0.0 {
        score * power_of_half(age / half_life)
    } else {
        score / power_of_half(age / half_life)
    }
}

/// 2^-x. The standard library's is not linked into freestanding modules in the same way everywhere: squaring, and
/// a series for the rest, give the same bits on each machine.
fn power_of_half(x: f64) -> f64 {
    let whole = x as i64;
    if whole > 1000 {
        return 0.0;
    }
    let y = (x - whole as f64) * -core::f64::consts::LN_2;
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..20 {
        term *= y / n as f64;
        sum += term;
    }
    for _ in 0..whole {
        sum *= 0.5;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<Day> {
        Some(Day::parse(text).unwrap())
    }

    #[test]
    fn in_force() {
        let today = Day::parse("2026-11-23").unwrap();
        let times = |from, until| Times { modified: None, from, until };
        assert_eq!(times(None, None).on(today), Force::InForce);
        assert_eq!(times(day("2026-11-23"), day("2026-11-23")).on(today), Force::InForce);
        assert_eq!(times(None, day("2026-11-22")).on(today), Force::NoLonger);
        assert_eq!(times(day("2026-11-24"), None).on(today), Force::NotYet);
        assert_eq!(times(day("2027-01-01"), day("2026-01-01")).on(today), Force::NoLonger);
    }

    #[test]
    fn decay() {
        let today = Day::parse("2026-11-23").unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        close(decayed(8.0, day("2026-11-23"), today, 30.0), 8.0);
        close(decayed(8.0, day("2026-10-24"), today, 30.0), 4.0);
        close(decayed(8.0, day("2026-11-08"), today, 30.0), 8.0 / 2f64.sqrt());
        close(decayed(8.0, None, today, 30.0), 8.0);
        close(decayed(8.0, day("2030-01-01"), today, 30.0), 8.0);
        close(decayed(8.0, day("1000-01-01"), today, 1.0), 0.0);
        assert!(decayed(-1.0, day("2026-10-24"), today, 30.0) < -1.0);
    }
}
