//! Whatever a text is, what is found lies in it, in order, and on whole characters.

use redact_pii::cues::Words;
use redact_pii::find::find;
use redact_pii::kinds::Kinds;

const PIECES: &[&str] = &[
    "0", "1", "2", "9", "10", "900101", "1234568", "-", " - ", " ", ".", ",", "/", "(", ")", "+", "+82", "٠١", "๐๑", "０１", "𝟎", "\u{200f}", "\u{200b}", "\u{a0}", "－", "ー", "@", "＠", "a@b.kr",
    "X", "Z", "z", "2A", "2B", "DE89", "3704 0044", "SA", "\n", "|", "\t", "://", "https://", "Tel", "tel.", "電話", "주민등록번호", "order", "SSN", "€", "%", "한", "é", "ß", "İ", "ﬁ", "🚢", "'", "\"", "", "_", "#",
];

#[test]
fn is_read_without_harm() {
    let words = Words::new();
    let mut state = 20261123u64;
    let mut next = |n: usize| {
        // xorshift64 (Marsaglia, 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    let mut all = 0;
    for _ in 0..30_000 {
        let text: String = (0..next(40)).map(|_| PIECES[next(PIECES.len())]).collect();
        let mut past = 0;
        for f in find(&text, ["ko", "ja", "ar", "", "xx"][next(5)], &words, Kinds::ALL) {
            assert!(past <= f.start && f.start < f.end && f.end <= text.len(), "{f:?} in {text:?}");
            assert!(text.is_char_boundary(f.start) && text.is_char_boundary(f.end), "{f:?} in {text:?}");
            past = f.end;
            all += 1;
        }
    }
    assert!(all > 5_000, "{all} are found");
}

#[test]
fn only_what_is_wanted() {
    use redact_pii::kinds::Kind;
    let set = include_str!("../testdata/labelled.txt").replace(['⟦', '⟧'], " ");
    for kind in Kind::ALL {
        let found = find(&set, "", &Words::new(), Kinds::of(&[kind]));
        assert!(found.len() > 10 && found.iter().all(|f| f.kind == kind), "{}: {}", kind.name(), found.len());
    }
}
