package config

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const example = "naru.example.yaml"

// TestExampleEqualsDefaults: what the example says is the default is one.
func TestExampleEqualsDefaults(t *testing.T) {
	got, err := Load(example, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.File != example {
		t.Errorf("file is %q", got.File)
	}
	got.File, got.given = "", nil
	if want := Default(); !reflect.DeepEqual(got, want) {
		t.Errorf("the example is\n%+v\nand the defaults are\n%+v", got, want)
	}
}

// TestExampleHasEveryKey: each key stands in the example, under or behind a
// comment.
func TestExampleHasEveryKey(t *testing.T) {
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	content = []byte(withResidency(t, string(content)))
	o := &origins{lines: map[string]int{}}
	o.decode(content, Default())
	lines := strings.Split(string(content), "\n")
	var walk func(section reflect.Value, prefix string)
	walk = func(section reflect.Value, prefix string) {
		for _, f := range fields(section) {
			key := prefix + f.name
			line := o.lines[key]
			// The key of a pair is explained with its partner.
			if line == 0 || !strings.HasPrefix(strings.TrimSpace(lines[line-2]), "#") && key != "store.tls.key" {
				t.Errorf("%s is not explained in the example (line %d)", key, line)
			}
			if f.value.Kind() == reflect.Struct {
				walk(f.value, key+".")
			}
		}
	}
	walk(reflect.ValueOf(Config{}), "")
}

// TestExampleOfSources: what the example shows of sources can be used, and
// shows every key that they have.
func TestExampleOfSources(t *testing.T) {
	content, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	_, shown, ok := strings.Cut(string(content), "# sources:\n")
	if !ok {
		t.Fatal("there is no example of sources")
	}
	shown, _, _ = strings.Cut(shown, "\nsources: []")
	o := &origins{lines: map[string]int{}}
	c := Default()
	o.decode([]byte("sources:\n"+regexp.MustCompile(`(?m)^# ?`).ReplaceAllString(shown, "")), c)
	if err := o.err(); err != nil {
		t.Fatal(err)
	}
	want := []Source{{Path: "notices", Tenant: "ferry-company", Principals: []string{"staff", "harbour-master"}, Region: "kr", Schedule: "30 2 * * mon-fri"}}
	if !reflect.DeepEqual(c.Sources, want) {
		t.Errorf("sources are %+v", c.Sources)
	}
	for _, f := range fields(reflect.ValueOf(Source{})) {
		if o.lines["sources[0]."+f.name] == 0 {
			t.Errorf("sources[].%s is not shown", f.name)
		}
	}
}

// TestEveryKeyCanBeSet: every key and its variable take a value, and a value of
// the wrong kind is an error and no panic.
func TestEveryKeyCanBeSet(t *testing.T) {
	for _, k := range settable(reflect.ValueOf(Default()).Elem(), "") {
		if !regexp.MustCompile(`^[a-z_.]+$`).MatchString(k.key) {
			t.Errorf("%q is no name for a key", k.key)
		}
		for _, text := range []string{"7", "true", "10s", "64MiB", "int8", "", "[x", "-1"} {
			o := &origins{lines: map[string]int{}, byName: map[string]string{}}
			o.overlay([]setting{k}, map[string]string{variable(k.key): text})
			if len(o.wrong) == 0 && o.byName[k.key] != variable(k.key) {
				t.Errorf("%s is not set by %s", k.key, variable(k.key))
			}
		}
	}
}
