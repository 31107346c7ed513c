package main

import (
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

func answer(r guest.AnswerRequest) (guest.AnswerResponse, error) {
	var response guest.AnswerResponse
	for i, s := range r.Sentences {
		if strings.Contains(s.Text, dropped) {
			response.Drop = append(response.Drop, i)
		}
		for _, redaction := range secrets(s.Text) {
			response.Redact = append(response.Redact, guest.InSentence(i, redaction))
		}
		if strings.ContainsAny(s.Text, "0123456789") {
			response.Flags = append(response.Flags, guest.Flag{Sentence: i, Flag: "check the number"})
		}
	}
	for i, p := range r.Passages {
		for _, redaction := range secrets(p.Text) {
			response.Redact = append(response.Redact, guest.InPassage(i, redaction))
		}
	}
	return response, nil
}
