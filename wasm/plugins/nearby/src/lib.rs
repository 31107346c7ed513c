//! Finds what is near a place that a question names.
//!
//! Documents say where they are in their metadata: `location: 37.55, 126.99`, `latitude` and `longitude`, or
//! `geo.position` and `icbm` as web pages have it; or they name a place of the configuration in their title. That
//! has `places`, such as `{"places": {"솔도": [37.4, 126.5]}}`, may have `kilometres` (20 where it has none), and
//! `only`: true leaves only what is near, where otherwise that comes first.

mod geohash;
mod places;

use geohash::Point;
use naru_guest::json::Value;
use naru_guest::*;
use places::Place;

struct Nearby;

export!(Nearby: document, query, passages);

struct Config {
    places: Vec<Place>,
    kilometres: f64,
    only: bool,
}

const KILOMETRES: f64 = 20.0;

/// What is near comes first by this much.
const BOOST: f64 = 1.5;
/// How many places of a document count.
const MOST: usize = 8;

impl Config {
    fn read() -> Result<Config, Failure> {
        let config = host::config().unwrap_or(Value::Null);
        let named = config.get("places").ok_or("the configuration has no places: names with latitude and longitude")?;
        let kilometres = config.get("kilometres").map_or(KILOMETRES, |k| k.number().unwrap_or(f64::NAN));
        if !(kilometres > 0.0 && kilometres <= 2000.0) {
            return Err("the configuration's kilometres are not from 0 to 2000".into());
        }
        let mut places = Vec::new();
        for (name, at) in named.members() {
            let point = match at.list() {
                [Value::Number(latitude), Value::Number(longitude)] => Point::of(*latitude, *longitude),
                _ => None,
            };
            let point = point.ok_or_else(|| ["the configuration's place ", name, " has no latitude and longitude in degrees"].concat())?;
            places.push(Place { name: name.to_string(), point });
        }
        Ok(Config { places, kilometres, only: config.get("only").and_then(Value::bool).unwrap_or(false) })
    }
}

/// Where a document says that it is.
fn located(metadata: &Metadata) -> Option<Point> {
    let get = |name: &str| metadata.get(name);
    ["location", "geo.position", "icbm", "geo", "coordinates"].iter().find_map(|n| Point::parse(&get(n)?.replace(';', ","))).or_else(|| {
        let (latitude, longitude) = (get("latitude").or_else(|| get("lat"))?, get("longitude").or_else(|| get("lon"))?);
        Point::parse(&[latitude, ",", longitude].concat())
    })
}

impl Plugin for Nearby {
    fn document(request: DocumentRequest) -> Result<DocumentResponse, Failure> {
        let config = Config::read()?;
        let points: Vec<Point> = match located(&request.document.metadata) {
            Some(point) => vec![point],
            None => places::named(&request.document.title, &config.places).into_iter().take(MOST).map(|p| p.point).collect(),
        };
        let (mut cells, mut at) = (Vec::new(), Vec::new());
        for p in points {
            for letters in geohash::LARGEST..=geohash::SMALLEST {
                let cell = geohash::cell(p, letters);
                if !cells.contains(&cell) {
                    cells.push(cell);
                }
            }
            at.push(p.written());
        }
        let annotate = if at.is_empty() { Vec::new() } else { vec![("cell".into(), cells), ("at".into(), at)] };
        Ok(DocumentResponse { annotate, ..Default::default() })
    }

    fn query(request: QueryRequest) -> Result<QueryResponse, Failure> {
        let config = Config::read()?;
        let mut response = QueryResponse::default();
        if !places::asks(&request.question) {
            return Ok(response);
        }
        let mut cells = Vec::new();
        for place in places::named(&request.question, &config.places) {
            for cell in geohash::around(place.point, config.kilometres) {
                if !cells.contains(&cell) {
                    cells.push(cell);
                }
            }
        }
        if cells.is_empty() {
            return Ok(response);
        }
        let near = Condition { field: "annotations.nearby.cell".into(), any: cells, ..Default::default() };
        if config.only {
            response.filters.push(near);
        } else {
            response.boosts.push(Boost { when: near, factor: BOOST });
        }
        Ok(response)
    }

    fn passages(request: PassagesRequest) -> Result<PassagesResponse, Failure> {
        let config = Config::read()?;
        let mut response = PassagesResponse::default();
        if !places::asks(&request.question) {
            return Ok(response);
        }
        let named = places::named(&request.question, &config.places);
        let Some(place) = named.first() else { return Ok(response) };
        let mut order = Vec::new();
        for (i, p) in request.passages.iter().enumerate() {
            let points = p.annotations("nearby.at").filter_map(Point::parse);
            let distance = points.map(|at| at.kilometres(place.point)).min_by(f64::total_cmp);
            if config.only && distance.is_some_and(|d| d > config.kilometres) {
                continue; // in the cells around, and not near
            }
            order.push(i);
            if let Some(d) = distance {
                response.notes.push(Note { passage: i, note: [&geohash::tenths(d), " km from ", &place.name].concat() });
            }
        }
        response.order = Some(order);
        Ok(response)
    }
}
