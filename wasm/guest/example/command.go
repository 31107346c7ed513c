package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

// commands are questions that try out one thing each.
var commands = map[string]func(r guest.QueryRequest, argument string) (guest.QueryResponse, error){
	"fail": func(_ guest.QueryRequest, argument string) (guest.QueryResponse, error) {
		return guest.QueryResponse{}, errors.New(argument)
	},
	"trap": func(guest.QueryRequest, string) (guest.QueryResponse, error) {
		panic("asked to")
	},
	"log": func(_ guest.QueryRequest, argument string) (guest.QueryResponse, error) {
		guest.Log(guest.Info, argument)
		return guest.QueryResponse{}, nil
	},
	"lookup": func(_ guest.QueryRequest, argument string) (guest.QueryResponse, error) {
		value, ok, err := guest.Lookup(argument)
		if !ok {
			value = "none"
		}
		return variant(value, err)
	},
	"terms": func(_ guest.QueryRequest, argument string) (guest.QueryResponse, error) {
		terms, err := guest.Terms(argument, "")
		words := make([]string, len(terms))
		for i, t := range terms {
			words[i] = t.Term
		}
		return variant(strings.Join(words, " "), err)
	},
	"embed": func(_ guest.QueryRequest, argument string) (guest.QueryResponse, error) {
		vectors, err := guest.Embed(guest.Question, argument)
		if err != nil {
			return variant("none", err)
		}
		return variant(strconv.Itoa(len(vectors[0])), nil)
	},
	"search": func(_ guest.QueryRequest, argument string) (guest.QueryResponse, error) {
		found, err := guest.Search(argument, 3)
		if len(found) == 0 {
			return variant("none", err)
		}
		ids := make([]string, len(found))
		for i, p := range found {
			ids[i] = p.ID
		}
		return variant(strings.Join(ids, " "), nil)
	},
	"now": func(r guest.QueryRequest, _ string) (guest.QueryResponse, error) {
		return variant(r.Now, nil)
	},
}

// variant is a response with one variant; that the host has no such thing is no
// error.
func variant(text string, err error) (guest.QueryResponse, error) {
	if failed, ok := errors.AsType[*guest.HostError](err); ok && failed.Code == guest.None {
		err = nil
	}
	return guest.QueryResponse{Variants: []string{text}}, err
}
