package extract

import "bytes"

// wideEncoding tells UTF-16 and UTF-32 without a byte order mark, or returns "".
func wideEncoding(data []byte) string {
	if len(data) < 4 || len(data)%2 != 0 {
		return ""
	}
	head := data[:min(len(data), sampleSize)]
	if name := wideASCII(head); name != "" {
		return name
	}
	// Letters outside Latin have no NUL in UTF-16. Their control characters
	// show that the bytes are no text of single bytes.
	controls, nul := 0, 0
	for _, b := range head {
		if b == 0 {
			nul++
		} else if isControl(b) {
			controls++
		}
	}
	if controls+nul == 0 && validText(head) {
		return ""
	}
	best, least := "", maxWideCost*float64(len(head))
	for _, name := range []string{"UTF-16LE", "UTF-16BE"} {
		if cost := priceIn(name, allModels, head); cost < least {
			best, least = name, cost
		}
	}
	if best == "" {
		return ""
	}
	for _, c := range candidates {
		if priceIn(c.name, c.models, head) <= least+wideBits {
			return ""
		}
	}
	return best
}

const (
	// maxWideCost is how many bits a byte of UTF-16 may cost.
	maxWideCost = 7
	// wideBits is how much better than every other encoding UTF-16 must be:
	// few write it without a mark.
	wideBits = 20
)

// wideASCII tells UTF-16 and UTF-32 by the places of NUL in them: on one side
// of spaces, digits and Latin letters, and nowhere else.
func wideASCII(head []byte) string {
	var nul [4]int
	high := false
	for i, b := range head {
		if b == 0 {
			nul[i%4]++
		}
		high = high || b >= 0x80
	}
	quarter := len(head) / 4
	even, odd := nul[0]+nul[2], nul[1]+nul[3]
	switch {
	case len(head)%4 == 0 && nul[2] > quarter*9/10 && nul[3] > quarter*9/10 && nul[0] == 0:
		return "UTF-32LE"
	case len(head)%4 == 0 && nul[0] > quarter*9/10 && nul[1] > quarter*9/10 && nul[3] == 0:
		return "UTF-32BE"
	}
	// Half of Latin text is NUL, and other scripts have bytes above ASCII: ASCII
	// with a NUL here and there is ASCII.
	if !high && 5*(even+odd) < 2*len(head) {
		return ""
	}
	// An eighth of the characters is less than the spaces of any language that
	// has them.
	few := len(head) / 2 / 10
	switch {
	case odd > few && odd > 20*even && spaced(head, 0):
		return "UTF-16LE"
	case even > few && even > 20*odd && spaced(head, 1):
		return "UTF-16BE"
	}
	return ""
}

// spaced tells whether what stands beside the NULs is text: at is the place of
// the lower byte.
func spaced(head []byte, at int) bool {
	text, other := 0, 0
	for i := 0; i+1 < len(head); i += 2 {
		low, high := head[i+at], head[i+1-at]
		if high != 0 {
			continue
		}
		if low != 0 && !isControl(low) && (low < 0x7F || low >= 0xA0) {
			text++
		} else {
			other++
		}
	}
	return text > 10*other
}

// validText tells whether bytes are plainly UTF-8.
func validText(head []byte) bool {
	return isUTF8(head) && !bytes.ContainsRune(head, 0)
}
