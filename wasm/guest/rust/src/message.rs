//! What plugins are asked and answer. Offsets are bytes of UTF-8, as in Rust. Texts are borrowed from the request
//! where they stand there as they are, without an escape.

use crate::json::{members, Reader, Value, Writer};
use std::borrow::Cow;

/// A request, read from its JSON. What is missing is empty, and of two members of one name the last counts.
pub trait Request<'a> {
    #[doc(hidden)]
    fn read(r: &mut Reader<'a>) -> Option<Self>
    where
        Self: Sized;
}

/// A response, written as JSON.
pub trait Response {
    #[doc(hidden)]
    fn write(&self, w: &mut Writer);
}

/// A document was read, and is not cut into passages yet.
#[derive(Default)]
pub struct DocumentRequest<'a> {
    /// The time that counts for the call, RFC 3339 in UTC.
    pub now: Cow<'a, str>,
    pub document: Document<'a>,
}

/// A document as it was read.
#[derive(Default)]
pub struct Document<'a> {
    pub id: Cow<'a, str>,
    pub uri: Cow<'a, str>,
    pub title: Cow<'a, str>,
    pub language: Cow<'a, str>,
    /// RFC 3339, or empty.
    pub modified: Cow<'a, str>,
    /// What the document says of itself.
    pub metadata: Metadata<'a>,
    pub text: Cow<'a, str>,
}

/// Names and values.
#[derive(Default)]
pub struct Metadata<'a>(Value<'a>);

impl Metadata<'_> {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::text)
    }
}

impl<'a> Document<'a> {
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut d = Document::default();
        members!(
            r,
            "id" => r.fill(&mut d.id)?,
            "uri" => r.fill(&mut d.uri)?,
            "title" => r.fill(&mut d.title)?,
            "language" => r.fill(&mut d.language)?,
            "modified" => r.fill(&mut d.modified)?,
            "metadata" => d.metadata = Metadata(r.value()?),
            "text" => r.fill(&mut d.text)?,
        );
        Some(d)
    }
}

impl<'a> Request<'a> for DocumentRequest<'a> {
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut q = DocumentRequest::default();
        members!(
            r,
            "now" => r.fill(&mut q.now)?,
            "document" => q.document = Document::read(r)?,
        );
        Some(q)
    }
}

/// What becomes of a document. The default leaves it as it is.
#[derive(Default)]
pub struct DocumentResponse {
    /// Why the document is not indexed; empty where it is.
    pub skip: String,
    pub redact: Vec<Redaction>,
    /// Properties with their values.
    pub annotate: Vec<(String, Vec<String>)>,
}

/// A range of a text that nobody may read, and what stands there, such as `email`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    pub start: usize,
    pub end: usize,
    pub kind: String,
}

impl Redaction {
    fn write(&self, w: &mut Writer) {
        w.name("start").integer(self.start);
        w.name("end").integer(self.end);
        w.name("kind").text(&self.kind);
    }

    /// The same in a text of an answer.
    pub fn of(self, of: Of) -> AnswerRedaction {
        AnswerRedaction { of, range: self }
    }
}

fn texts(w: &mut Writer, texts: &[String]) {
    w.list(texts, |w, t| w.text(t));
}

impl Response for DocumentResponse {
    fn write(&self, w: &mut Writer) {
        if !self.skip.is_empty() {
            w.name("skip").text(&self.skip);
        }
        w.some("redact", &self.redact, |w, r| w.object(|w| r.write(w)));
        if !self.annotate.is_empty() {
            w.name("annotate").object(|w| self.annotate.iter().for_each(|(name, values)| texts(w.name(name), values)));
        }
    }
}

/// A question was understood, and nothing searched yet.
#[derive(Default)]
pub struct QueryRequest<'a> {
    pub now: Cow<'a, str>,
    pub question: Cow<'a, str>,
    pub language: Cow<'a, str>,
}

impl<'a> Request<'a> for QueryRequest<'a> {
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut q = QueryRequest::default();
        members!(
            r,
            "now" => r.fill(&mut q.now)?,
            "question" => r.fill(&mut q.question)?,
            "language" => r.fill(&mut q.language)?,
        );
        Some(q)
    }
}

/// How to search. The default searches as it would be without.
#[derive(Default)]
pub struct QueryResponse {
    /// The question in other words, at most four.
    pub variants: Vec<String>,
    /// Conditions that all hold for what is found.
    pub filters: Vec<Condition>,
    pub boosts: Vec<Boost>,
}

/// What passages are found by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// `language`, `document`, `modified`, or `annotations.PLUGIN.PROPERTY`.
    pub field: String,
    /// Values of which one has to be there; not for `modified`.
    pub any: Vec<String>,
    /// Bounds of `modified`, RFC 3339; empty is none.
    pub from: String,
    pub before: String,
}

impl Condition {
    fn write(&self, w: &mut Writer) {
        w.object(|w| {
            w.name("field").text(&self.field);
            w.some("any", &self.any, |w, v| w.text(v));
            for (name, bound) in [("from", &self.from), ("before", &self.before)] {
                if !bound.is_empty() {
                    w.name(name).text(bound);
                }
            }
        });
    }
}

/// Multiplies the score of passages that a condition holds for.
#[derive(Clone, Debug, PartialEq)]
pub struct Boost {
    pub when: Condition,
    /// From .1 to 10, to a thousandth.
    pub factor: f64,
}

impl Response for QueryResponse {
    fn write(&self, w: &mut Writer) {
        w.some("variants", &self.variants, |w, v| w.text(v));
        w.some("filters", &self.filters, |w, f| f.write(w));
        w.some("boosts", &self.boosts, |w, b| {
            w.object(|w| {
                b.when.write(w.name("when"));
                w.name("factor").thousandths(b.factor);
            })
        });
    }
}

/// Passages were found, the best first.
#[derive(Default)]
pub struct PassagesRequest<'a> {
    pub now: Cow<'a, str>,
    pub question: Cow<'a, str>,
    pub language: Cow<'a, str>,
    pub passages: Vec<Passage<'a>>,
}

/// A passage that was found.
#[derive(Default)]
pub struct Passage<'a> {
    pub id: Cow<'a, str>,
    pub document: Cow<'a, str>,
    pub title: Cow<'a, str>,
    pub uri: Cow<'a, str>,
    pub headings: Vec<Cow<'a, str>>,
    pub language: Cow<'a, str>,
    /// RFC 3339, or empty.
    pub modified: Cow<'a, str>,
    pub score: f64,
    pub text: Cow<'a, str>,
    annotations: Value<'a>,
}

impl<'a> Passage<'a> {
    pub(crate) fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut p = Passage::default();
        members!(
            r,
            "id" => r.fill(&mut p.id)?,
            "document" => r.fill(&mut p.document)?,
            "title" => r.fill(&mut p.title)?,
            "uri" => r.fill(&mut p.uri)?,
            "headings" => p.headings = r.all(Reader::text)?,
            "language" => r.fill(&mut p.language)?,
            "modified" => r.fill(&mut p.modified)?,
            "score" => p.score = r.number()?.unwrap_or_default(),
            "text" => r.fill(&mut p.text)?,
            "annotations" => p.annotations = r.value()?,
        );
        Some(p)
    }

    /// The values of a property that a plugin gave the document, by `PLUGIN.PROPERTY`.
    pub fn annotations(&self, name: &str) -> impl Iterator<Item = &str> {
        self.annotations.get(name).map_or(&[] as &[Value], Value::list).iter().filter_map(Value::text)
    }
}

impl<'a> Request<'a> for PassagesRequest<'a> {
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut q = PassagesRequest::default();
        members!(
            r,
            "now" => r.fill(&mut q.now)?,
            "question" => r.fill(&mut q.question)?,
            "language" => r.fill(&mut q.language)?,
            "passages" => q.passages = r.all(Passage::read)?,
        );
        Some(q)
    }
}

/// Which passages are used. The default uses all as they come.
#[derive(Default)]
pub struct PassagesResponse {
    /// The numbers of those that are used, the best first; none means all.
    pub order: Option<Vec<usize>>,
    pub notes: Vec<Note>,
}

/// A remark that is shown beside a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub passage: usize,
    pub note: String,
}

impl Response for PassagesResponse {
    fn write(&self, w: &mut Writer) {
        if let Some(order) = &self.order {
            w.name("order").list(order, |w, n| w.integer(*n));
        }
        w.some("notes", &self.notes, |w, n| {
            w.object(|w| {
                w.name("passage").integer(n.passage);
                w.name("note").text(&n.note);
            })
        });
    }
}

/// An answer stands, and nobody has seen it.
#[derive(Default)]
pub struct AnswerRequest<'a> {
    pub now: Cow<'a, str>,
    pub question: Cow<'a, str>,
    pub language: Cow<'a, str>,
    pub sentences: Vec<Sentence<'a>>,
    /// Those that the answer shows and cites.
    pub passages: Vec<Passage<'a>>,
}

/// A sentence of an answer, with the numbers of the passages that it rests on.
#[derive(Default)]
pub struct Sentence<'a> {
    pub text: Cow<'a, str>,
    pub passages: Vec<usize>,
}

impl<'a> Sentence<'a> {
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut s = Sentence::default();
        members!(
            r,
            "text" => r.fill(&mut s.text)?,
            "passages" => s.passages = r.all(Reader::number)?.into_iter().flatten().map(|n| n as usize).collect(),
        );
        Some(s)
    }
}

impl<'a> Request<'a> for AnswerRequest<'a> {
    fn read(r: &mut Reader<'a>) -> Option<Self> {
        let mut q = AnswerRequest::default();
        members!(
            r,
            "now" => r.fill(&mut q.now)?,
            "question" => r.fill(&mut q.question)?,
            "language" => r.fill(&mut q.language)?,
            "sentences" => q.sentences = r.all(Sentence::read)?,
            "passages" => q.passages = r.all(Passage::read)?,
        );
        Some(q)
    }
}

/// What of an answer is shown. The default shows it as it is.
#[derive(Default)]
pub struct AnswerResponse {
    /// The numbers of sentences that are left out.
    pub drop: Vec<usize>,
    pub redact: Vec<AnswerRedaction>,
    pub flags: Vec<Flag>,
}

/// A redaction of a sentence or of a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRedaction {
    pub of: Of,
    pub range: Redaction,
}

/// The text that is redacted, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    Sentence(usize),
    Passage(usize),
}

/// A remark that is shown beside a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    pub sentence: usize,
    pub flag: String,
}

impl Response for AnswerResponse {
    fn write(&self, w: &mut Writer) {
        w.some("drop", &self.drop, |w, n| w.integer(*n));
        w.some("redact", &self.redact, |w, r| {
            w.object(|w| {
                match r.of {
                    Of::Sentence(n) => w.name("sentence").integer(n),
                    Of::Passage(n) => w.name("passage").integer(n),
                }
                r.range.write(w);
            })
        });
        w.some("flags", &self.flags, |w, f| {
            w.object(|w| {
                w.name("sentence").integer(f.sentence);
                w.name("flag").text(&f.flag);
            })
        });
    }
}
