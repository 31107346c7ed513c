package lambdatest

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-rag/naru/internal/pythontest"
)

// template is template.yaml with what CloudFormation would know when it deploys it.
type template struct {
	t          *testing.T
	Parameters map[string]struct{ Default any }
	Conditions map[string]any
	Globals    struct {
		Function struct {
			Environment struct{ Variables map[string]any }
		}
	}
	Resources map[string]struct {
		Type       string
		Properties map[string]any
	}
	// refs are what Ref comes to, of parameters that have another value than their
	// default and of resources; arns are what GetAtt of their Arn does.
	refs, arns map[string]string
	// secret reads one of Secrets Manager's.
	secret func(name string) string
}

// readTemplate reads template.yaml as sam does.
func readTemplate(t *testing.T) *template {
	t.Helper()
	pythontest.Folder(t, "samcli")
	out, err := exec.Command("python3", "-c", "import json, sys; from samcli.yamlhelper import yaml_parse; json.dump(yaml_parse(open(sys.argv[1]).read()), sys.stdout)",
		filepath.Join("..", "..", "template.yaml")).Output()
	if err != nil {
		t.Fatal(err)
	}
	tpl := &template{t: t, refs: map[string]string{}, arns: map[string]string{}}
	if err := json.Unmarshal(out, tpl); err != nil {
		t.Fatal(err)
	}
	return tpl
}

// absent is what AWS::NoValue comes to: the member is left out.
type absent struct{}

// value is what an expression comes to.
func (tpl *template) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return tpl.call(name, argument)
				}
			}
		}
		members := map[string]any{}
		for name, e := range v {
			if e = tpl.value(e); e != (absent{}) {
				members[name] = e
			}
		}
		return members
	case []any:
		elements := []any{}
		for _, e := range v {
			if e = tpl.value(e); e != (absent{}) {
				elements = append(elements, e)
			}
		}
		return elements
	case string:
		return tpl.resolved(v)
	}
	return v
}

var (
	substituted = regexp.MustCompile(`\$\{([^}]+)\}`)
	dynamic     = regexp.MustCompile(`\{\{resolve:secretsmanager:(.+):SecretString\}\}`)
)

// call is what a function of CloudFormation comes to.
func (tpl *template) call(name string, argument any) any {
	arguments, _ := argument.([]any)
	switch name {
	case "Ref":
		return tpl.ref(argument.(string))
	case "Fn::GetAtt":
		if arn, ok := tpl.arns[arguments[0].(string)]; ok && arguments[1] == "Arn" {
			return arn
		}
	case "Fn::Sub":
		return tpl.resolved(substituted.ReplaceAllStringFunc(argument.(string), func(name string) string {
			return fmt.Sprint(tpl.ref(strings.Trim(name, "${}")))
		}))
	case "Fn::If":
		if tpl.value(tpl.Conditions[arguments[0].(string)]) == true {
			return tpl.value(arguments[1])
		}
		return tpl.value(arguments[2])
	case "Fn::Equals":
		return tpl.value(arguments[0]) == tpl.value(arguments[1])
	case "Fn::Not":
		return tpl.value(arguments[0]) != true
	case "Fn::And":
		all := true
		for _, a := range arguments {
			all = all && tpl.value(a) == true
		}
		return all
	}
	tpl.t.Fatalf("template.yaml: nobody knows %s of %v", name, argument)
	return nil
}

func (tpl *template) ref(name string) any {
	if name == "AWS::NoValue" {
		return absent{}
	}
	if value, ok := tpl.refs[name]; ok {
		return value
	}
	parameter, ok := tpl.Parameters[name]
	if !ok || parameter.Default == nil {
		tpl.t.Fatalf("template.yaml: nobody knows %s", name)
	}
	return parameter.Default
}

// resolved is a text with the secrets that it names.
func (tpl *template) resolved(text string) string {
	return dynamic.ReplaceAllStringFunc(text, func(reference string) string {
		return tpl.secret(dynamic.FindStringSubmatch(reference)[1])
	})
}

// environment is that of the function that has a role.
func (tpl *template) environment(role string) (environ []string) {
	tpl.t.Helper()
	for _, r := range tpl.Resources {
		of, _ := r.Properties["Role"].(map[string]any)
		if r.Type != "AWS::Serverless::Function" || r.Properties["FunctionUrlConfig"] != nil || fmt.Sprint(of["Fn::GetAtt"]) != fmt.Sprint([]any{role, "Arn"}) {
			continue
		}
		its, _ := r.Properties["Environment"].(map[string]any)
		for _, variables := range []any{tpl.Globals.Function.Environment.Variables, its["Variables"]} {
			values, _ := tpl.value(variables).(map[string]any)
			for name, value := range values {
				environ = append(environ, fmt.Sprintf("%s=%v", name, value))
			}
		}
		return environ
	}
	tpl.t.Fatalf("template.yaml has no function with the role %s", role)
	return nil
}
