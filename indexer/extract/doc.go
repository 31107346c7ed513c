// Package extract turns the bytes of a document into text with structure, and
// keeps a map that leads from each place in the text back to the bytes it was
// read from.
//
// Start reading at [Extract]: it finds the encoding (encoding.go, and
// plausible.go where nothing but the language tells), decodes (decode.go), and
// hands the text to one reader per format (text.go, markdown.go, html.go). The
// readers write into one writer (writer.go), which keeps the blocks and the map
// (sourcemap.go) in step with the text.
//
// What is promised:
//   - Result.Text is valid UTF-8, whatever the bytes were. Bytes that could not
//     be decoded are U+FFFD and are counted in Result.Replaced.
//   - Blocks are in order, do not overlap, and cover everything but white space.
//   - Where [Map.Verbatim] says so, the original bytes, decoded with
//     Result.Encoding, are the text, byte for byte.
//   - No input makes Extract panic, hang, or use memory out of proportion to
//     its size: time and memory are linear in the input.
//   - What is no text at all is an error that says what it is.
//
// What is not promised: the rendering of a browser (style sheets and scripts
// are not run), other formats than plain text, Markdown and HTML, or the right
// encoding for a text of a few characters in a legacy encoding.
//
// Nothing here keeps state; all functions may be called concurrently.
package extract
