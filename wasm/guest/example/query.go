package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/naru-rag/naru/wasm/guest"
)

// most is how many variants there may be.
const most = 4

func query(r guest.QueryRequest) (guest.QueryResponse, error) {
	if name, argument, ok := strings.Cut(r.Question, " "); ok {
		if do, ok := commands[name]; ok {
			return do(r, argument)
		}
	}
	config, err := configuration()
	if err != nil {
		return guest.QueryResponse{}, err
	}
	var response guest.QueryResponse
	synonyms, _ := config["synonyms"].(map[string]any)
	for _, word := range slices.Sorted(maps.Keys(synonyms)) {
		other, ok := synonyms[word].(string)
		if ok && len(response.Variants) < most && strings.Contains(r.Question, word) {
			response.Variants = append(response.Variants, strings.ReplaceAll(r.Question, word, other))
		}
	}
	if language, _ := config["language"].(string); language != "" {
		response.Filters = []guest.Condition{{Field: "language", Any: []string{language}}}
	}
	if topic, _ := config["topic"].(string); topic != "" {
		when := guest.Condition{Field: "annotations.example.topic", Any: []string{topic}}
		response.Boosts = []guest.Boost{{When: when, Factor: 2}}
	}
	return response, nil
}

// configuration is what the operator has configured, empty where that is nothing or
// no object.
func configuration() (map[string]any, error) {
	json, ok, err := guest.Config()
	if !ok || err != nil {
		return nil, err
	}
	config, err := guest.Decode(json)
	members, _ := config.(map[string]any)
	return members, err
}
