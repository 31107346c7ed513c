package main

import (
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

func document(r guest.DocumentRequest) (guest.DocumentResponse, error) {
	text := r.Document.Text
	if strings.Contains(text, "DO NOT INDEX") {
		return guest.DocumentResponse{Skip: "it says so itself"}, nil
	}
	length := "short"
	if len(text) >= 1000 {
		length = "long"
	}
	annotations := map[string][]string{"length": {length}}
	if topic := r.Document.Metadata["topic"]; topic != "" {
		annotations["topic"] = []string{topic}
	}
	return guest.DocumentResponse{Redact: secrets(text), Annotate: annotations}, nil
}
