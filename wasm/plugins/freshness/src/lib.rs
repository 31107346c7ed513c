//! Prefers what is newer, and drops what is not in force.
//!
//! Documents say in their metadata (front matter, meta elements) when they are in force: `valid_from`, and
//! `valid_until` or `expires`, which is the last day. The configuration may have `half_life_days`, after which the
//! score of a passage is halved (none: age does not count), and `expired`: `drop` (where it has none), `last`, or
//! `note`, for what is not in force on the day of the question.

mod day;
mod fresh;

use day::Day;
use fresh::{Force, Times};
use naru_guest::json::Value;
use naru_guest::*;

struct Freshness;

export!(Freshness: document, passages);

struct Config {
    half_life_days: Option<f64>,
    expired: Expired,
}

#[derive(Clone, Copy, PartialEq)]
enum Expired {
    Drop,
    Last,
    Note,
}

impl Config {
    fn read() -> Result<Config, Failure> {
        let config = host::config().unwrap_or(Value::Null);
        let half_life_days = config.get("half_life_days").map(|h| h.number().unwrap_or(f64::NAN));
        if half_life_days.is_some_and(|h| !(h > 0.0)) {
            return Err("the configuration's half_life_days is no number above 0".into());
        }
        let expired = match config.get("expired").map(|e| e.text().unwrap_or("")) {
            None | Some("drop") => Expired::Drop,
            Some("last") => Expired::Last,
            Some("note") => Expired::Note,
            Some(_) => return Err("the configuration's expired is not drop, last or note".into()),
        };
        Ok(Config { half_life_days, expired })
    }
}

/// Where a document's metadata say when it is in force, and the property that is made of it.
const NAMES: [(&str, &[&str]); 2] = [(FROM, &["valid_from", "effective", "effective_from", "in_force_from"]), (UNTIL, &["valid_until", "expires", "expiry", "effective_until", "in_force_until"])];
const FROM: &str = "valid_from";
const UNTIL: &str = "valid_until";

impl Plugin for Freshness {
    fn document(request: DocumentRequest) -> Result<DocumentResponse, Failure> {
        let mut response = DocumentResponse::default();
        for (property, names) in NAMES {
            let Some(value) = names.iter().find_map(|n| request.document.metadata.get(n)) else { continue };
            // A date that nobody can read would silently be none.
            if Day::parse(value).is_none() {
                return Err([property, " is no date such as 2026-12-31"].concat());
            }
            response.annotate.push((property.into(), vec![value.chars().take(40).collect()]));
        }
        Ok(response)
    }

    fn passages(request: PassagesRequest) -> Result<PassagesResponse, Failure> {
        let config = Config::read()?;
        let today = Day::parse(&request.now).ok_or("the time of the question cannot be read")?;
        let mut ranked = Vec::with_capacity(request.passages.len());
        let mut response = PassagesResponse::default();
        for (i, p) in request.passages.iter().enumerate() {
            let (from, until) = (p.annotations("freshness.valid_from").next(), p.annotations("freshness.valid_until").next());
            let times = Times { modified: Day::parse(&p.modified), from: from.and_then(Day::parse), until: until.and_then(Day::parse) };
            let force = times.on(today);
            if force != Force::InForce && config.expired == Expired::Drop {
                continue;
            }
            match force {
                Force::NoLonger => response.notes.push(Note { passage: i, note: ["in force until ", until.unwrap_or(""), " only"].concat() }),
                Force::NotYet => response.notes.push(Note { passage: i, note: ["in force from ", from.unwrap_or("")].concat() }),
                Force::InForce => {
                    if let Some(until) = until {
                        response.notes.push(Note { passage: i, note: ["in force until ", until].concat() });
                    }
                }
            }
            let last = force != Force::InForce && config.expired == Expired::Last;
            let score = config.half_life_days.map_or(p.score, |h| fresh::decayed(p.score, times.modified, today, h));
            ranked.push((last, score, i));
        }
        // Equals stay in the order that they came in.
        if config.half_life_days.is_some() {
            ranked.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        } else {
            ranked.sort_by_key(|r| r.0);
        }
        response.order = Some(ranked.into_iter().map(|r| r.2).collect());
        Ok(response)
    }
}
