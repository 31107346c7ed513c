package main

import (
	"slices"
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

const dropped = "DROP ME"

func passages(r guest.PassagesRequest) (guest.PassagesResponse, error) {
	if len(r.Passages) == 0 {
		return guest.PassagesResponse{}, nil
	}
	response := guest.PassagesResponse{Order: []int{}}
	for i, p := range r.Passages {
		if strings.Contains(p.Text, dropped) {
			continue
		}
		response.Order = append(response.Order, i)
		if p.Modified != "" {
			date := p.Modified[:min(10, len(p.Modified))]
			response.Notes = append(response.Notes, guest.Note{Passage: i, Note: "as of " + date})
		}
	}
	slices.Reverse(response.Order)
	return response, nil
}
