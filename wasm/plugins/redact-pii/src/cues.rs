//! Words beside a number that say what it is.

use crate::digits::latin;
use crate::kinds::{Kind, Kinds};

/// A word that was found, and the kinds that it names: none where it names something that is not looked for.
#[derive(Clone, Copy)]
pub struct Cue {
    pub start: usize,
    pub end: usize,
    pub kinds: Kinds,
}

/// Words by what they name. They are compared without regard to capitals; those that begin with a Latin letter have to
/// be whole words.
#[rustfmt::skip]
const WORDS: &[(Kinds, &[&str])] = &[
    (Kinds::of(&[Kind::Phone]), &[
        "phone", "phones", "telephone", "tel", "tél", "téléphone", "telephone no", "mobile", "cell", "cellphone", "call", "fax", "whatsapp",
        "hotline", "sms", "telefon", "telefonnummer", "handy", "handynummer", "mobil", "mobilnummer", "rufnummer", "telefax", "portable",
        "appelez", "joindre", "teléfono", "telefono", "móvil", "movil", "celular", "llame", "llamar", "tfno", "telefone", "telemóvel", "cep",
        "gsm", "telefonu", "telepon", "ponsel", "wa", "sđt", "đt", "điện thoại", "di động", "zalo", "gọi",
        "전화", "휴대폰", "휴대전화", "핸드폰", "연락처", "팩스", "電話", "携帯", "連絡先", "ファックス", "電話番号", "电话", "手机", "手機", "传真", "聯絡",
        "هاتف", "الهاتف", "جوال", "الجوال", "تلفون", "موبايل", "فاكس", "اتصل", "للتواصل", "โทร", "มือถือ", "เบอร์", "แฟกซ์", "โทรสาร",
        "फोन", "फ़ोन", "मोबाइल", "दूरभाष", "संपर्क", "телефон", "тел", "моб", "звоните", "☎", "📞", "✆", "📱",
    ]),
    (Kinds::of(&[Kind::KrRrn]), &["주민등록번호", "주민번호", "주민등록", "외국인등록번호", "외국인등록", "rrn", "resident registration", "alien registration"]),
    (Kinds::of(&[Kind::JpMyNumber]), &["マイナンバー", "個人番号", "my number", "mynumber", "individual number"]),
    (Kinds::of(&[Kind::SaId]), &["الهوية", "هوية", "هويته", "هويتها", "الإقامة", "إقامة", "اقامة", "السجل المدني", "سجل مدني", "بطاقة الأحوال", "iqama", "saudi id"]),
    (Kinds::of(&[Kind::SaId, Kind::ThId, Kind::VnCccd]), &["national id", "id number", "identity number", "id no", "national identity"]),
    (Kinds::of(&[Kind::VnCccd]), &["cccd", "căn cước", "định danh", "can cuoc", "citizen id", "citizen identity", "cmnd", "chứng minh"]),
    (Kinds::of(&[Kind::ThId]), &["บัตรประชาชน", "ประจำตัวประชาชน", "เลขประจำตัว", "thai id"]),
    (Kinds::of(&[Kind::DeSteuerId]), &["steuer-id", "steuerid", "steuer-idnr", "steuer-identifikationsnummer", "steueridentifikationsnummer", "identifikationsnummer", "idnr", "tax id", "tin"]),
    (Kinds::of(&[Kind::FrNir, Kind::UsSsn]), &["social security"]),
    (Kinds::of(&[Kind::FrNir]), &["sécurité sociale", "securite sociale", "sécu", "nir", "insee", "assuré social"]),
    (Kinds::of(&[Kind::EsDni]), &["dni", "d.n.i", "nie", "n.i.e", "nif", "n.i.f", "documento nacional", "documento de identidad"]),
    (Kinds::of(&[Kind::UsSsn]), &["ssn", "ssns", "ss#", "ss no", "ss number", "soc sec", "soc. sec", "my social", "his social", "her social", "taxpayer id"]),
    (Kinds::of(&[Kind::Card]), &[
        "card", "visa", "mastercard", "amex", "american express", "mada", "carte", "kreditkarte", "kartennummer", "tarjeta", "cartão", "kart",
        "thẻ", "карта", "карты", "карте", "카드", "カード", "卡号", "信用卡", "银行卡", "بطاقة ائتمان", "البطاقة", "บัตรเครดิต", "หมายเลขบัตร", "कार्ड",
    ]),
    (Kinds::NONE, &[
        "order", "order no", "order number", "invoice", "invoice no", "receipt", "receipt no", "reference", "ref", "ref no", "case no", "case number", "ticket",
        "tracking", "tracking number", "serial", "serial no", "serial number", "s/n", "model", "part no", "part number", "item", "item no", "sku", "batch",
        "lot", "version", "account", "account no", "account number", "acct", "member no", "membership", "customer no", "customer number",
        "policy no", "policy number", "contract", "isbn", "issn", "ean", "gtin", "upc", "barcode", "doi", "timestamp", "unix", "epoch", "docket", "article no",
        "population", "parcel", "shipment", "waybill", "booking", "routing", "routing number", "imei", "id der sendung", "license no", "permit no", "grant no", "catalog no", "catalogue no",
        "주문", "주문번호", "송장", "송장번호", "접수", "접수번호", "계좌", "계좌번호", "사건", "사건번호", "일련번호", "관리번호", "회원번호", "모델", "품번", "사업자등록번호",
        "법인등록번호", "문서번호", "승인번호", "예약번호", "고객번호", "바코드", "제품번호", "우편번호", "발급번호", "물품번호", "증서번호", "허가번호", "고유번호",
        "注文", "注文番号", "受付番号", "伝票", "口座", "口座番号", "会員番号", "品番", "型番", "商品番号", "管理番号", "予約番号", "法人番号", "追跡番号", "お客様番号",
        "整理番号", "製造番号", "契約番号", "文書番号", "バーコード", "订单", "订单号", "快递", "运单", "账号", "合同", "编号", "條碼", "条码", "發票", "发票",
        "رقم الطلب", "الطلب", "طلب", "الفاتورة", "فاتورة", "رقم الحساب", "الحساب", "المرجع", "المرجعي", "المعاملة", "السجل التجاري", "الشحنة", "التتبع", "العضوية", "المنتج", "القضية", "العقد", "الرقم التسلسلي", "الباركود", "الرحلة",
        "คำสั่งซื้อ", "ใบเสร็จ", "ใบแจ้งหนี้", "พัสดุ", "บัญชี", "รหัสสินค้า", "สัญญา", "นิติบุคคล", "บาร์โค้ด", "เลขอ้างอิง", "หมายเลขเครื่อง", "สมาชิก", "ล็อต", "ทะเบียนพาณิชย์",
        "mã đơn", "đơn hàng", "hóa đơn", "hoá đơn", "số tài khoản", "tài khoản", "vận đơn", "mã số thuế", "hợp đồng", "mã sản phẩm", "mã vạch", "số sê-ri", "hồ sơ", "mã hàng", "lô", "mã tham chiếu", "biên nhận",
        "bestellnummer", "bestellung", "rechnung", "rechnungsnummer", "kundennummer", "auftrag", "auftragsnummer", "aktenzeichen", "seriennummer", "artikelnummer",
        "sendungsnummer", "kontonummer", "vertragsnummer", "belegnummer", "vorgangsnummer", "mitgliedsnummer", "teilenummer", "chargennummer", "zählernummer",
        "commande", "facture", "référence", "réf", "dossier", "numéro de série", "suivi", "contrat", "siret", "siren", "lot n°", "code-barres", "colis", "compte", "adhérent",
        "pedido", "factura", "referencia", "expediente", "número de serie", "seguimiento", "contrato", "cuenta", "albarán", "lote", "código de barras", "envío", "socio", "modelo",
        "заказ", "заказа", "счёт", "счета", "инн", "договор", "договора", "артикул", "накладная", "sipariş", "fatura", "encomenda", "processo", "ऑर्डर", "चालान", "खाता", "रसीद", "बिल",
    ]),
];

/// All words with what they name.
pub struct Words {
    /// By their first letter in its small form, the longest first.
    all: Vec<Word>,
    /// Where the words of each letter of ASCII are.
    ascii: [(u16, u16); 128],
}

struct Word {
    first: char,
    text: &'static str,
    kinds: Kinds,
}

fn small(c: char) -> char {
    match c {
        'a'..='z' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ if c < '\u{80}' || c > '\u{1eff}' => c,
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

impl Words {
    pub fn new() -> Words {
        let mut all: Vec<Word> = Vec::with_capacity(WORDS.iter().map(|(_, words)| words.len()).sum());
        for (kinds, words) in WORDS {
            all.extend(words.iter().map(|text| Word { first: text.chars().next().unwrap_or(' '), text, kinds: *kinds }));
        }
        all.sort_unstable_by_key(|w| (w.first, usize::MAX - w.text.len(), w.text));
        let mut ascii = [(0, 0); 128];
        for (i, w) in all.iter().enumerate().filter(|(_, w)| w.first.is_ascii()) {
            let of = &mut ascii[w.first as usize];
            *of = (if of.1 == 0 { i as u16 } else { of.0 }, i as u16 + 1);
        }
        Words { all, ascii }
    }

    /// The words that begin with a letter.
    fn of(&self, first: char) -> &[Word] {
        if first.is_ascii() {
            let (from, to) = self.ascii[first as usize];
            return &self.all[usize::from(from)..usize::from(to)];
        }
        let from = self.all.partition_point(|w| w.first < first);
        let count = self.all[from..].iter().take_while(|w| w.first == first).count();
        &self.all[from..from + count]
    }

    /// The words of a text, in its order.
    pub fn find(&self, text: &str) -> Vec<Cue> {
        let mut cues = Vec::new();
        let mut before = ' ';
        let mut past = 0;
        for (at, c) in text.char_indices() {
            let starts = if c.is_ascii() { c.is_ascii_alphabetic() && !latin(before) } else { !(latin(c) && latin(before)) };
            before = c;
            if !starts || at < past {
                continue;
            }
            if let Some((length, kinds)) = self.of(small(c)).iter().find_map(|w| Some((end(&text[at..], w.text)?, w.kinds))) {
                past = at + length;
                cues.push(Cue { start: at, end: past, kinds });
            }
        }
        cues
    }
}

/// How much of a text a word takes that it begins with.
fn end(text: &str, word: &str) -> Option<usize> {
    // Most words differ in their second letter.
    if let (Some(a), Some(b)) = (text.as_bytes().get(1), word.as_bytes().get(1)) {
        if (a | b) < 0x80 && !a.eq_ignore_ascii_case(b) {
            return None;
        }
    }
    let mut rest = text.chars();
    for w in word.chars() {
        if rest.next().map(small) != Some(w) {
            return None;
        }
    }
    let whole = !latin(word.chars().next_back()?) || !rest.clone().next().is_some_and(latin);
    whole.then(|| text.len() - rest.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let words = Words::new();
        for (text, want) in [
            ("the hotel called TEL: 1", &["TEL"][..]),
            ("Điện thoại và đơn hàng", &["Điện thoại", "đơn hàng"]),
            ("주민등록번호와 전화번호", &["주민등록번호", "전화"]),
            ("Order number 5, orders", &["Order number"]),
            ("TÉLÉPHONE", &["TÉLÉPHONE"]),
        ] {
            let got: Vec<&str> = words.find(text).iter().map(|c| &text[c.start..c.end]).collect();
            assert_eq!(got, want, "{text}");
        }
        for (_, all) in WORDS {
            for word in *all {
                assert!(word.chars().all(|c| small(c) == c), "{word} is not written small");
                assert_eq!(words.find(word).first().map(|c| c.end), Some(word.len()), "{word} is not found whole");
            }
        }
    }
}
