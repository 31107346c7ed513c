package embedded

import (
	"math/bits"

	"github.com/naru-rag/naru/internal/bitset"
	"github.com/naru-rag/naru/store/embedded/internal/pointid"
	"github.com/naru-rag/naru/store/embedded/internal/segment"
)

// part is a segment and which of its documents are dead: replaced or deleted
// since it was made. It never changes; a write that kills puts another part in
// its place.
type part struct {
	*segment.Segment
	file  *segmentFile // nil where it is in memory
	dead  bitset.Set   // nil where none is
	deadN int
}

// live returns how many documents are not dead.
func (p *part) live() int { return p.Len() - p.deadN }

// tier is the size of a part as parts of about one size are merged: powers of
// four.
func (p *part) tier() int { return bits.Len(uint(p.live())) / 2 }

// wasteful tells whether so much of the part is dead that it is worth writing
// again: a quarter and more.
func (p *part) wasteful() bool { return p.deadN > 64 && p.deadN*4 > p.Len() }

// find returns the live document of a key.
func (p *part) find(key pointid.Key) (uint32, bool) {
	doc, ok := p.Find(key)
	return doc, ok && !p.dead.Has(doc)
}

// without returns the part with further documents dead.
func (p *part) without(docs []uint32) *part {
	dead := bitset.New(p.Len())
	copy(dead, p.dead)
	n := p.deadN
	for _, doc := range docs {
		if !dead.Has(doc) {
			dead.Add(doc)
			n++
		}
	}
	return &part{Segment: p.Segment, file: p.file, dead: dead, deadN: n}
}

// allowed returns a new set of the live documents.
func (p *part) allowed() bitset.Set {
	s := bitset.Full(p.Len())
	if p.dead != nil {
		s.AndNot(p.dead)
	}
	return s
}

// kill returns parts with the documents of keys dead.
func kill(parts []*part, keys []pointid.Key) []*part {
	out := make([]*part, len(parts))
	for i, p := range parts {
		var docs []uint32
		for _, key := range keys {
			if doc, ok := p.find(key); ok {
				docs = append(docs, doc)
			}
		}
		out[i] = p
		if len(docs) > 0 {
			out[i] = p.without(docs)
		}
	}
	return out
}
