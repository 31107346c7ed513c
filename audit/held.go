package audit

import "strings"

// held are decisions on connections that wait for the next batch. The same decision
// again is counted, so that what asks for one connection after the other does not fill
// the log.
type held struct {
	records []Record
	lost    int
}

const (
	maxHeld = 100
	maxText = 500 // bytes
)

func (h *held) add(r Record) {
	e := *r.Egress
	e.To, e.Why = shortened(e.To), shortened(e.Why)
	for _, other := range h.records {
		if o := other.Egress; o.To == e.To && o.Allowed == e.Allowed && o.Why == e.Why {
			o.Times = max(o.Times, 1) + max(e.Times, 1)
			return
		}
	}
	if len(h.records) == maxHeld {
		h.lost += max(e.Times, 1)
		return
	}
	r.Egress = &e
	h.records = append(h.records, r)
}

// take empties h. What did not fit is a record that says how much it was.
func (h *held) take() []Record {
	all := h.records
	if h.lost > 0 {
		last := all[len(all)-1]
		last.Egress = &Egress{To: "*", Why: "too many places at once: decisions that were not recorded one by one", Times: h.lost}
		all = append(all, last)
	}
	*h = held{}
	return all
}

func shortened(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}
