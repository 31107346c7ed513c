package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/naru-rag/naru/rag"
	"github.com/naru-rag/naru/region"
)

// askServer asks the `naru serve` that holds the data folder. The address was
// left in the folder by that process, so nothing is asked of anybody else.
func askServer(ctx context.Context, address string, q rag.Question) (rag.Answer, error) {
	body, err := json.Marshal(struct {
		Question string `json:"question"`
		Language string `json:"language,omitempty"`
		Limit    int    `json:"limit,omitempty"`
	}{q.Text, q.Language, q.Limit})
	if err != nil {
		return rag.Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/v1/ask", bytes.NewReader(body))
	if err != nil {
		return rag.Answer{}, fmt.Errorf("ask %s: %w", address, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	place, err := region.EndpointOf(address, "the data folder")
	if err != nil {
		return rag.Answer{}, err
	}
	client := &http.Client{Transport: region.New(region.Options{Endpoints: []region.Endpoint{place}}).Transport(), Timeout: time.Minute}
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return rag.Answer{}, fmt.Errorf("the data folder is held by the server at %s, which does not answer: %w", address, err)
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(response.Body)
	if response.StatusCode == http.StatusUnauthorized {
		return rag.Answer{}, fmt.Errorf("the data folder is held by the server at %s, which asks for a key: ask it over HTTP, with one that `naru key add` makes", address)
	}
	if response.StatusCode != http.StatusOK {
		var problem struct{ Field, Detail string }
		if err := decoder.Decode(&problem); err != nil || problem.Detail == "" {
			return rag.Answer{}, fmt.Errorf("ask %s: %s", address, response.Status)
		}
		if problem.Field != "" {
			return rag.Answer{}, &rag.QuestionError{Field: problem.Field, Reason: problem.Detail}
		}
		return rag.Answer{}, fmt.Errorf("ask %s: %s", address, problem.Detail)
	}
	var answer rag.Answer
	if err := decoder.Decode(&answer); err != nil {
		return rag.Answer{}, fmt.Errorf("ask %s: %w", address, err)
	}
	return answer, nil
}

// localAddress is where a listener is reached from this machine.
func localAddress(addr net.Addr) string {
	host, port := "127.0.0.1", ""
	if tcp, ok := addr.(*net.TCPAddr); ok {
		port = strconv.Itoa(tcp.Port)
		if !tcp.IP.IsUnspecified() {
			host = tcp.IP.String()
		}
	}
	return "http://" + net.JoinHostPort(host, port)
}
