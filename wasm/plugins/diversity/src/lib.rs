//! Puts passages that say something new before those that say the same again.
//!
//! The configuration may have a `weight`, from 0 to 1: how much relevance counts beside novelty; .7 where it has none.

mod mmr;

use naru_guest::{export, host, Failure, PassagesRequest, PassagesResponse, Plugin};

struct Diversity;

export!(Diversity: passages);

const WEIGHT: f64 = 0.7;

impl Plugin for Diversity {
    fn passages(request: PassagesRequest) -> Result<PassagesResponse, Failure> {
        let weight = host::config().and_then(|c| c.get("weight").map(|w| w.number().unwrap_or(f64::NAN))).unwrap_or(WEIGHT);
        if !(0.0..=1.0).contains(&weight) {
            return Err("the configuration's weight is not from 0 to 1".into());
        }
        let candidates: Vec<_> = request.passages.iter().map(|p| mmr::Candidate { score: p.score, text: &p.text }).collect();
        Ok(PassagesResponse { order: Some(mmr::order(&candidates, weight)), ..Default::default() })
    }
}
