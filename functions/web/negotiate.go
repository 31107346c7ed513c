package web

import (
	"mime"
	"strconv"
	"strings"
)

const (
	typeJSON   = "application/json"
	typeEvents = "text/event-stream"
)

// negotiate picks the form of an answer from the Accept headers: the higher
// quality wins, then the type that is named more exactly, then JSON. It returns
// "" where neither is acceptable.
func negotiate(accept []string) string {
	list := strings.Join(accept, ",")
	if strings.TrimSpace(list) == "" {
		return typeJSON
	}
	jsonQ, jsonExact := quality(list, typeJSON)
	eventsQ, eventsExact := quality(list, typeEvents)
	switch {
	case jsonQ <= 0 && eventsQ <= 0:
		return ""
	case eventsQ > jsonQ, eventsQ == jsonQ && eventsExact > jsonExact:
		return typeEvents
	default:
		return typeJSON
	}
}

// quality returns how much an Accept list wants a media type, and how exactly
// the entry that decides it names the type. A range that cannot be read is
// passed over. Commas inside quoted parameters are not looked for: no media
// type offered here has parameters.
func quality(list, offer string) (q float64, exact int) {
	kind, _, _ := strings.Cut(offer, "/")
	for entry := range strings.SplitSeq(list, ",") {
		name, params, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		var fits int
		switch name {
		case offer:
			fits = 3
		case kind + "/*":
			fits = 2
		case "*/*":
			fits = 1
		}
		if fits <= exact {
			continue
		}
		weight := 1.0
		if s, ok := params["q"]; ok {
			weight, err = strconv.ParseFloat(s, 64)
			if err != nil || !(weight >= 0 && weight <= 1) {
				continue
			}
		}
		q, exact = weight, fits
	}
	return q, exact
}
