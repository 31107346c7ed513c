//! Places as cells: the geohash of Niemeyer (2008), whose letters halve the world by turns.

const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// A point in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub latitude: f64,
    pub longitude: f64,
}

impl Point {
    /// A point, where there is one of these degrees.
    pub fn of(latitude: f64, longitude: f64) -> Option<Point> {
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(Point { latitude, longitude })
    }

    /// Reads "37.55, 126.99".
    pub fn parse(text: &str) -> Option<Point> {
        let (latitude, longitude) = text.split_once(',')?;
        Point::of(degrees(latitude)?, degrees(longitude)?)
    }

    /// The point as it is read again, to a millionth of a degree, which is a hand's breadth.
    pub fn written(self) -> String {
        [millionths(self.latitude), millionths(self.longitude)].join(",")
    }

    /// The distance in kilometres over a round earth (haversine).
    pub fn kilometres(self, other: Point) -> f64 {
        let half = |a: f64, b: f64| sine((b - a).to_radians() / 2.0);
        let (dy, dx) = (half(self.latitude, other.latitude), half(self.longitude, other.longitude));
        let h = dy * dy + cosine(self.latitude.to_radians()) * cosine(other.latitude.to_radians()) * dx * dx;
        2.0 * 6371.0 * arcsine(h.min(1.0).sqrt())
    }
}

/// Reads degrees; the standard library's way is five times the code, for bits that nobody sees.
fn degrees(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |t: &str| if t.is_empty() || t.len() > 15 || !t.bytes().all(|b| b.is_ascii_digit()) { None } else { t.parse::<u64>().ok() };
    let scale = (0..fraction.len().min(16)).fold(1.0, |s, _| s * 10.0);
    Some(sign * (number(whole)? as f64 + number(fraction)? as f64 / scale))
}

fn millionths(degrees: f64) -> String {
    let n = (degrees.abs() * 1e6 + 0.5) as u64;
    let fraction = (n % 1_000_000 + 1_000_000).to_string();
    [if degrees < 0.0 { "-" } else { "" }, &(n / 1_000_000).to_string(), ".", &fraction[1..]].concat()
}

/// Kilometres to a tenth.
pub fn tenths(kilometres: f64) -> String {
    let n = (kilometres * 10.0 + 0.5) as u64;
    [(n / 10).to_string(), (n % 10).to_string()].join(".")
}

/// The cell of a point, with so many letters.
pub fn cell(p: Point, letters: usize) -> String {
    let (mut south, mut north, mut west, mut east) = (-90.0, 90.0, -180.0, 180.0);
    let mut out = String::with_capacity(letters);
    let mut across = true;
    for _ in 0..letters {
        let mut n = 0;
        for _ in 0..5 {
            n <<= 1;
            if across {
                let middle = (west + east) / 2.0;
                if p.longitude >= middle {
                    n |= 1;
                    west = middle;
                } else {
                    east = middle;
                }
            } else {
                let middle = (south + north) / 2.0;
                if p.latitude >= middle {
                    n |= 1;
                    south = middle;
                } else {
                    north = middle;
                }
            }
            across = !across;
        }
        out.push(LETTERS[n] as char);
    }
    out
}

/// How high and wide a cell of so many letters is, in degrees.
fn size(letters: usize) -> (f64, f64) {
    let bits = 5 * letters as i32;
    (180.0 / f64::from(1u32 << (bits / 2)), 360.0 / f64::from(1u32 << (bits - bits / 2)))
}

/// How many letters the smallest cells have, and the largest.
pub const SMALLEST: usize = 5;
pub const LARGEST: usize = 2;

/// The cells that together hold everything within so many kilometres of a point: it lies in one of them, and they
/// are around it.
pub fn around(p: Point, kilometres: f64) -> Vec<String> {
    let narrow = cosine(p.latitude.to_radians()).max(0.01);
    let letters = (LARGEST..=SMALLEST).rev().find(|&n| {
        let (height, width) = size(n);
        height * 111.0 >= kilometres && width * 111.0 * narrow >= kilometres
    });
    let letters = letters.unwrap_or(LARGEST);
    let (height, width) = size(letters);
    let mut cells = Vec::new();
    for dy in [-1.0, 0.0, 1.0] {
        for dx in [-1.0, 0.0, 1.0] {
            let mut longitude = p.longitude + dx * width;
            if longitude < -180.0 {
                longitude += 360.0;
            } else if longitude >= 180.0 {
                longitude -= 360.0;
            }
            let c = cell(Point { latitude: (p.latitude + dy * height).clamp(-90.0, 90.0), longitude }, letters);
            if !cells.contains(&c) {
                cells.push(c);
            }
        }
    }
    cells
}

// The standard library's trigonometry comes from the platform; these series give the same bits everywhere, and are
// as good as distances in kilometres need.

fn sine(x: f64) -> f64 {
    let turns = (x / (2.0 * core::f64::consts::PI)) as i64 as f64;
    let mut x = x - turns * 2.0 * core::f64::consts::PI;
    if x > core::f64::consts::PI {
        x -= 2.0 * core::f64::consts::PI;
    } else if x < -core::f64::consts::PI {
        x += 2.0 * core::f64::consts::PI;
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..20 {
        let k = f64::from(2 * n);
        term *= -x * x / (k * (k + 1.0));
        sum += term;
    }
    sum
}

fn cosine(x: f64) -> f64 {
    sine(x + core::f64::consts::FRAC_PI_2)
}

/// For 0 to 1, by Newton's method on the sine.
fn arcsine(y: f64) -> f64 {
    if y >= 1.0 {
        return core::f64::consts::FRAC_PI_2;
    }
    let mut x = y;
    for _ in 0..60 {
        let slope = cosine(x);
        if slope.abs() < 1e-9 {
            break;
        }
        let next = x - (sine(x) - y) / slope;
        if (next - x).abs() < 1e-15 {
            return next;
        }
        x = next.clamp(0.0, core::f64::consts::FRAC_PI_2);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEOUL: Point = Point { latitude: 37.5665, longitude: 126.978 };
    const BUSAN: Point = Point { latitude: 35.1796, longitude: 129.0756 };

    #[test]
    fn cells() {
        assert_eq!(cell(SEOUL, 5), "wydm9");
        assert_eq!(cell(Point { latitude: 57.64911, longitude: 10.40744 }, 11), "u4pruydqqvj");
        assert_eq!(cell(Point { latitude: -90.0, longitude: -180.0 }, 3), "000");
        assert_eq!(cell(Point { latitude: 90.0, longitude: 180.0 }, 3), "zzz");
    }

    #[test]
    fn distances() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < b * 0.005 + 1e-9, "{a} {b}");
        close(SEOUL.kilometres(BUSAN), 325.0);
        close(SEOUL.kilometres(SEOUL), 0.0);
        close(Point::of(0.0, 0.0).unwrap().kilometres(Point::of(0.0, 180.0).unwrap()), 20_015.0);
        close(Point::of(0.0, 179.9).unwrap().kilometres(Point::of(0.0, -179.9).unwrap()), 22.24);
    }

    #[test]
    fn cells_around_hold_what_is_near() {
        for (latitude, longitude) in [(37.5, 127.0), (0.0, 0.0), (-33.9, 151.2), (64.1, -21.9), (10.0, 179.99), (-17.0, -179.99)] {
            for kilometres in [0.5, 2.0, 10.0, 40.0, 120.0] {
                let centre = Point::of(latitude, longitude).unwrap();
                let cells = around(centre, kilometres);
                assert!(cells.len() <= 9);
                for i in 0..36 {
                    let turn = f64::from(i) * 10f64.to_radians();
                    let distance = kilometres * 0.99;
                    let dy = distance * cosine(turn) / 111.2;
                    let mut x = longitude + distance * sine(turn) / (111.2 * cosine(latitude.to_radians()));
                    if x >= 180.0 { x -= 360.0 } else if x < -180.0 { x += 360.0 }
                    let p = Point::of(latitude + dy, x).unwrap();
                    assert!(cells.iter().any(|c| *c == cell(p, c.len())), "{p:?} is {} km from {centre:?}: {cells:?}", centre.kilometres(p));
                }
            }
        }
    }

    #[test]
    fn points_are_read() {
        assert_eq!(Point::parse("37.5665, 126.978"), Some(SEOUL));
        assert_eq!(Point::parse("-0.5,-12"), Point::of(-0.5, -12.0));
        for p in [SEOUL, BUSAN, Point::of(-33.856784, 151.215297).unwrap(), Point::of(-0.000001, 0.0).unwrap()] {
            assert_eq!(Point::parse(&p.written()), Some(p), "{}", p.written());
        }
        assert_eq!((tenths(3.249).as_str(), tenths(0.0).as_str(), tenths(19.96).as_str()), ("3.2", "0.0", "20.0"));
        for text in ["", "37", "a,b", "91,0", "0,181", "1,2,3", "nan,1"] {
            assert_eq!(Point::parse(text), None, "{text}");
        }
    }
}
