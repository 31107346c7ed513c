// Package lang knows languages: which one a text is in ([Detect]), where its
// sentences end ([Sentences]), and what words it can be found by ([Analyze]).
//
// Start with [Analyze]. A question and a passage go through it alike, so that
// whatever it does to one it does to the other; a [Term]'s Weight says how much
// the term matters when it is asked for, and is ignored when it is indexed.
//
// A text is cut by script, not by language, so that a text in any language can
// be searched and a wrong guess of the language costs little:
//
//   - Alphabets (Latin, Cyrillic, Greek, Arabic, Devanagari, …): whole words,
//     stemmed where the language has a stemmer; beside the stem, at a small
//     weight, the word as it is and without accents, and its parts of three
//     letters, which bridge what no stemmer does.
//   - Han and kana: pairs of characters, and single Han characters.
//   - Hangul: pairs of syllables within a word; those that reach into a particle
//     or an ending weigh little.
//   - Thai, Lao, Khmer and Burmese: runs of four letters.
//
// Words that only ask ("what", "어디", "กี่") weigh nothing in a question.
//
// The package promises that all offsets are bytes of its input, that no input
// panics, invalid UTF-8 included, and that the same input always gives the same
// output. It does not promise that terms stay the same between releases: an
// index records [Version] and is rebuilt when that changes.
package lang

// Version names the rules of [Analyze] and [Sentences]. It changes whenever the
// same text would give other terms or sentences than before.
const Version = "2"
