//! What is looked for.

/// A kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    KrRrn,
    JpMyNumber,
    SaId,
    VnCccd,
    ThId,
    DeSteuerId,
    FrNir,
    EsDni,
    UsSsn,
    Phone,
    Card,
    Email,
    Iban,
}

use Kind::*;

impl Kind {
    pub const ALL: [Kind; 13] = [KrRrn, JpMyNumber, SaId, VnCccd, ThId, DeSteuerId, FrNir, EsDni, UsSsn, Phone, Card, Email, Iban];

    /// The name that stands in place of what is redacted.
    pub fn name(self) -> &'static str {
        match self {
            KrRrn => "kr-rrn",
            JpMyNumber => "jp-my-number",
            SaId => "sa-id",
            VnCccd => "vn-cccd",
            ThId => "th-id",
            DeSteuerId => "de-steuer-id",
            FrNir => "fr-nir",
            EsDni => "es-dni",
            UsSsn => "us-ssn",
            Phone => "phone",
            Card => "card",
            Email => "email",
            Iban => "iban",
        }
    }
}

/// Some kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    pub const NONE: Kinds = Kinds(0);
    pub const ALL: Kinds = Kinds((1 << Kind::ALL.len()) - 1);

    pub const fn of(kinds: &[Kind]) -> Kinds {
        let (mut all, mut i) = (0, 0);
        while i < kinds.len() {
            all |= 1 << kinds[i] as u8;
            i += 1;
        }
        Kinds(all)
    }

    pub fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    pub fn with(self, kind: Kind) -> Kinds {
        Kinds(self.0 | 1 << kind as u8)
    }

    pub fn is_empty(self) -> bool {
        self == Kinds::NONE
    }
}

/// What it takes until something that looks like a kind counts as it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// The text has to name the kind.
    Named,
    /// The text has to name it, or be of a language in whose countries there is such a thing.
    InRegion,
    /// It is, unless the text names something else, such as an order.
    Likely,
    /// It is.
    Sure,
}
