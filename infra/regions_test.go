package infra_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/goccy/go-yaml"
)

var (
	setting  = regexp.MustCompile(`(?m)^(\w+) = "([^"]*)"`)
	override = regexp.MustCompile(`(?m)^  (# )?"(\w+)=([^"]*)",$`)
)

// TestRegionsFitTheTemplate: what a region overrides, commented out or not, is a parameter
// that template.yaml has, and a value that it takes; SAM drops others without a word. No
// two are in the same place.
func TestRegionsFitTheTemplate(t *testing.T) {
	content, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Parameters map[string]struct {
			AllowedPattern string `yaml:"AllowedPattern"`
			Default        any    `yaml:"Default"`
		} `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(content, &template); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("regions/*.toml")
	if err != nil || len(files) < 3 {
		t.Fatalf("regions: %v, %v", files, err)
	}
	where := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]string{}
		for _, m := range setting.FindAllStringSubmatch(string(content), -1) {
			values[m[1]] = m[2]
		}
		name := strings.TrimSuffix(filepath.Base(file), ".toml")
		if values["stack_name"] != "naru-"+name || values["region"] == "" || values["capabilities"] != "CAPABILITY_IAM" {
			t.Errorf("%s: %v", file, values)
		}
		if other := where[values["region"]]; other != "" {
			t.Errorf("%s and %s are both in %s", file, other, values["region"])
		}
		where[values["region"]] = file
		given := map[string]string{}
		for _, m := range override.FindAllStringSubmatch(string(content), -1) {
			parameter, ok := template.Parameters[m[2]]
			value := strings.Trim(m[3], "'")
			if !ok {
				t.Errorf("%s: template.yaml has no parameter %s", file, m[2])
				continue
			}
			if p := parameter.AllowedPattern; p != "" && !regexp.MustCompile("^(?:"+p+")$").MatchString(value) {
				t.Errorf("%s: %s=%s is not of the form %s", file, m[2], value, p)
			}
			if m[1] == "" {
				given[m[2]] = value
			}
		}
		for parameter, p := range template.Parameters {
			if p.Default == nil && given[parameter] == "" {
				t.Errorf("%s does not give %s", file, parameter)
			}
		}
		if _, err := time.LoadLocation(given["ScheduleTimeZone"]); err != nil || given["ScheduleTimeZone"] == "" {
			t.Errorf("%s: time zone %q: %v", file, given["ScheduleTimeZone"], err)
		}
	}
}
