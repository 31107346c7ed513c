// Text by UTF-8 byte offsets, and by language.

const encoder = new TextEncoder();
// A byte order mark inside a document is a character like any other.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const rightToLeft = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]);

// setLanguage says what language an element's text is in, and with it the
// direction. Where the language is not known, the text's first letter decides.
export function setLanguage(element, language) {
  const known = language && language !== "und";
  if (known) element.lang = language;
  else element.removeAttribute("lang");
  const primary = (language || "").toLowerCase().split("-")[0];
  element.dir = known ? (rightToLeft.has(primary) ? "rtl" : "ltr") : "auto";
}

// cut splits a text at spans of bytes, [{from, to, number}], into pieces in
// order: {text, numbers}, where numbers is empty for text that no span covers.
// Spans that overlap become one piece. A span that is out of range, or that
// begins or ends inside a character, is left out: better no mark than a wrong one.
export function cut(text, spans) {
  const bytes = encoder.encode(text);
  const inside = (at) => at < bytes.length && (bytes[at] & 0xc0) === 0x80;
  const sound = spans
    .filter((s) => 0 <= s.from && s.from < s.to && s.to <= bytes.length && !inside(s.from) && !inside(s.to))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const merged = [];
  for (const span of sound) {
    const last = merged.at(-1);
    if (last && span.from < last.to) {
      last.to = Math.max(last.to, span.to);
      last.numbers.add(span.number);
    } else {
      merged.push({ from: span.from, to: span.to, numbers: new Set([span.number]) });
    }
  }
  const piece = (from, to, numbers) => ({ text: decoder.decode(bytes.subarray(from, to)), numbers });
  const pieces = [];
  let at = 0;
  for (const { from, to, numbers } of merged) {
    if (at < from) pieces.push(piece(at, from, []));
    pieces.push(piece(from, to, [...numbers].sort((a, b) => a - b)));
    at = to;
  }
  if (at < bytes.length) pieces.push(piece(at, bytes.length, []));
  return pieces;
}
