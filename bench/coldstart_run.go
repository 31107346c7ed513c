package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// afterwards is how many questions are asked after the first.
const afterwards = 20

// noticed is how long a part takes at least that is shown.
const noticed = 10 * time.Microsecond

// started is a function that has answered.
type started struct {
	// first is from the request that started it to its answer, second how long the next
	// question took.
	first, second time.Duration
	parts         []part
	memory        resident
}

type part struct {
	name string
	took time.Duration
}

// starts starts a function again and again, each time with another question, and once
// with little memory and nothing of it in the page cache.
func (b *bench) starts(emulator, dir string, s setting) error {
	b.say("coldstart: " + s.label)
	questions, err := b.set.Questions()
	if err != nil {
		return err
	}
	bootstrap, err := b.built("Ask")
	if err != nil {
		return err
	}
	command := []string{emulator, bootstrap}
	var all []started
	for i := range coldStarts {
		one, err := start(command, dir, s.environment, questions[i].Text)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b started) int { return int(a.first - b.first) })
	best := all[0]
	measured := "cold start to the first answer, " + s.label
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	line := b.report.add(row{
		Measured: measured, Engine: fmt.Sprintf("naru, %d starts", coldStarts), Best: ms(best.first), Median: ms(all[len(all)/2].first), P99: ms(all[len(all)-1].first),
		Note: fmt.Sprintf("the next question %s", short(best.second)),
	})
	line.under(ms(best.first), ms(s.most), s.most.String(), s.most > 0)
	for _, p := range best.parts {
		if p.took < noticed {
			continue
		}
		b.report.add(row{Measured: measured, Engine: "of the best: " + p.name, Value: short(p.took)})
	}
	b.report.add(row{Measured: measured, Engine: fmt.Sprintf("memory after %d questions, the most", 1+afterwards), Value: megabytes(best.memory.most),
		Note: fmt.Sprintf("%s anonymous, %s mapped from the program's file", megabytes(best.memory.anonymous), megabytes(best.memory.files))})
	return b.confined(command, dir, s, questions[0].Text)
}

// confined starts a function in a group of processes that has so much memory.
func (b *bench) confined(command []string, dir string, s setting, question string) error {
	group, err := newGroup(s.megabytes << 20)
	if err != nil {
		b.missing("a start with little memory", err)
		return nil
	}
	defer group.remove()
	if err := evict(filepath.Dir(command[1])); err != nil {
		return err
	}
	one, err := start(group.entering(command), dir, s.environment, question)
	if err != nil {
		return err
	}
	most, short, err := group.most()
	if err != nil {
		return err
	}
	fits := "answers all"
	if short > 0 {
		fits += fmt.Sprintf("; %d times pages were taken back for want of memory", short)
	}
	yes := true // otherwise it would not have answered
	b.report.add(row{Measured: fmt.Sprintf("with %d MiB for function and emulator, nothing in the page cache, %s", s.megabytes, s.label), Engine: "naru",
		Value: milliseconds(one.first) + " ms", Target: fmt.Sprintf("%d MiB suffice", s.megabytes), Met: &yes,
		Note: fmt.Sprintf("%s; %s at most with the pages of the file, %s anonymous", fits, megabytes(most), megabytes(one.memory.anonymous))})
	return nil
}

// start starts a function in an emulator by its first question, and asks it more.
func start(command []string, dir string, environment []string, question string) (s started, err error) {
	front, err := freeAddress()
	if err != nil {
		return s, err
	}
	api, err := freeAddress()
	if err != nil {
		return s, err
	}
	bootstrap := command[len(command)-1]
	command = append(slices.Clone(command[:len(command)-1]), "--runtime-interface-emulator-address", front, "--runtime-api-address", api, bootstrap)
	// As template.yaml has it. Function ask does not look into its table where a gateway
	// says who asks.
	environment = append([]string{"NARU_ACCESS_GATEWAY=true", "NARU_STATE_TABLE=naru", "AWS_LAMBDA_FUNCTION_TIMEOUT=30",
		"AWS_REGION=eu-west-3", "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none"}, environment...)
	p, err := runs(dir, environment, command[0], command[1:]...)
	if err != nil {
		return s, err
	}
	defer func() {
		p.stop()
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, p.log())
		}
	}()
	if err := listens(front); err != nil {
		return s, err
	}
	began := time.Now()
	event, err := asking(question)
	if err != nil {
		return s, err
	}
	if s.first, err = invoke(front, event); err != nil {
		return s, err
	}
	ended := began.Add(s.first)
	for i := range afterwards {
		took, err := invoke(front, event)
		if err != nil {
			return s, err
		}
		if i == 0 {
			s.second = took
		}
	}
	pid, err := childOf(p.Process.Pid)
	if err != nil {
		return s, err
	}
	if s.memory, err = residentOf(pid); err != nil {
		return s, err
	}
	s.parts, err = partsOf(p.log(), began, ended)
	return s, err
}

// partsOf reads the parts of a start from what the function has logged.
func partsOf(log string, began, ended time.Time) (all []part, err error) {
	at := began
	// What is logged at the end of some parts says how long they took; what came before
	// them is of another.
	for _, step := range []struct {
		message, before string
		parts           []string
	}{
		{"started", "process", []string{"configuration", "handler"}},
		{"opened", "event and understanding the question", []string{"store", "regions", "embedder", "plugins"}},
	} {
		logged, took, err := line(log, step.message)
		if err != nil {
			return nil, err
		}
		before := logged.Sub(at)
		for _, name := range step.parts {
			before -= took[name]
		}
		all = append(all, part{step.before, before})
		for _, name := range step.parts {
			all = append(all, part{name, took[name]})
		}
		at = logged
	}
	return append(all, part{"search and answer, with what is left of reading the model", ended.Sub(at)}), nil
}

// line is the first line of a log with a message: when it was written, and its durations.
func line(log, message string) (at time.Time, took map[string]time.Duration, err error) {
	for text := range strings.Lines(log) {
		var said struct {
			Time time.Time
			Msg  string
		}
		if json.Unmarshal([]byte(text), &said) != nil || said.Msg != message {
			continue
		}
		var fields map[string]any
		if err := json.Unmarshal([]byte(text), &fields); err != nil {
			return at, nil, err
		}
		took = map[string]time.Duration{}
		for name, value := range fields {
			if nanoseconds, ok := value.(float64); ok {
				took[name] = time.Duration(nanoseconds)
			}
		}
		return said.Time, took, nil
	}
	return at, nil, fmt.Errorf("the function does not log %q", message)
}

// asking is the event of a question.
func asking(question string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(root(), "functions", "awslambda", "testdata", "httpapi-ask.json"))
	if err != nil {
		return nil, err
	}
	var event map[string]any
	if err := json.Unmarshal(raw, &event); err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string]string{"question": question})
	if err != nil {
		return nil, err
	}
	event["body"], event["isBase64Encoded"] = string(body), false
	return json.Marshal(event)
}

// invoke invokes the function behind an emulator, which must answer the question.
func invoke(address string, event []byte) (time.Duration, error) {
	began := time.Now()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}
	response, err := client.Post("http://"+address+"/2015-03-31/functions/function/invocations", "application/json", bytes.NewReader(event))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	payload, err := io.ReadAll(response.Body)
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	var answered struct {
		StatusCode int
		Body       string
	}
	var answer struct{ Degraded []string }
	if err := errors.Join(json.Unmarshal(payload, &answered), json.Unmarshal([]byte(answered.Body), &answer)); err != nil || answered.StatusCode != http.StatusOK || len(answer.Degraded) > 0 {
		return 0, fmt.Errorf("the function answers %.1000s", payload)
	}
	return took, nil
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

// listens waits until somebody listens at an address.
func listens(address string) error {
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn.Close()
		}
		if time.Since(began) > time.Minute {
			return err
		}
	}
}
