//! Which languages a place of a text is in: the same digits are a number of a person in one country and of nothing in
//! another.

/// Some languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(u16);

impl Region {
    pub const KOREAN: Region = Region(1);
    pub const JAPANESE: Region = Region(2);
    pub const CHINESE: Region = Region(4);
    pub const ARABIC: Region = Region(8);
    pub const THAI: Region = Region(16);
    pub const VIETNAMESE: Region = Region(32);
    pub const HINDI: Region = Region(64);
    pub const GERMAN: Region = Region(128);
    pub const SPANISH: Region = Region(256);

    /// The language of a whole text.
    pub fn of_language(code: &str) -> Region {
        match code.split(['-', '_']).next().unwrap_or("") {
            "ko" => Region::KOREAN,
            "ja" => Region::JAPANESE,
            "zh" => Region::CHINESE,
            "ar" => Region::ARABIC,
            "th" => Region::THAI,
            "vi" => Region::VIETNAMESE,
            "hi" => Region::HINDI,
            "de" => Region::GERMAN,
            "es" => Region::SPANISH,
            _ => Region(0),
        }
    }

    /// The languages whose letters there are in a part of a text.
    pub fn of_letters(text: &str) -> Region {
        let mut all = Region(0);
        for c in text.chars() {
            all.0 |= match c {
                '\u{ac00}'..='\u{d7a3}' => Region::KOREAN.0,
                '\u{3041}'..='\u{30fa}' => Region::JAPANESE.0,
                '\u{4e00}'..='\u{9fff}' => Region::CHINESE.0,
                '\u{620}'..='\u{64a}' | '\u{671}'..='\u{6d3}' => Region::ARABIC.0,
                '\u{e01}'..='\u{e4e}' => Region::THAI.0,
                '\u{102}' | '\u{103}' | '\u{110}' | '\u{111}' | '\u{1a0}' | '\u{1a1}' | '\u{1af}' | '\u{1b0}' | '\u{1ea0}'..='\u{1ef9}' => Region::VIETNAMESE.0,
                '\u{904}'..='\u{94d}' => Region::HINDI.0,
                _ => 0,
            };
        }
        if all.has(Region::JAPANESE) || all.has(Region::KOREAN) {
            all.0 &= !Region::CHINESE.0;
        }
        all
    }

    pub fn and(self, other: Region) -> Region {
        Region(self.0 | other.0)
    }

    pub fn has(self, other: Region) -> bool {
        self.0 & other.0 != 0
    }
}
