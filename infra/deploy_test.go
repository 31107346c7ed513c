package infra_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// clone lays out what infra/deploy works with in a folder of the test: itself, the
// regions and the template.
func clone(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh")
	}
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "infra", "regions"), os.DirFS("regions")); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{"deploy": "infra/deploy", "../template.yaml": "template.yaml"} {
		content, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, to), string(content))
	}
	return root
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// fakeSAM and fakeAWS write down what they are called with, and take nothing that
// infra/deploy has no reason to say. FAIL is a part of a call that fails.
const (
	fakeSAM = `#!/bin/sh
echo "sam $*" >>"$CALLS"
case "sam $*" in *"$FAIL"*) [ -z "$FAIL" ] || { echo "the fake fails" >&2; exit 1; } ;; esac
verb=$1
shift
execute=yes
while [ $# -gt 0 ]; do
	case $verb:$1 in
	build:--build-in-source) ;;
	build:--build-dir) build=$2; shift ;;
	build:--template-file) [ -f "$2" ] || exit 64; shift ;;
	deploy:--config-file) case $2 in /*) ;; *) exit 64 ;; esac; [ -f "$2" ] || exit 64; shift ;;
	deploy:--template-file) [ -f "$2" ] || { echo "nothing was built" >&2; exit 64; }; shift ;;
	deploy:--no-execute-changeset) execute=no ;;
	deploy:--no-confirm-changeset | deploy:--no-fail-on-empty-changeset) ;;
	*) echo "sam $verb has no $1" >&2; exit 64 ;;
	esac
	shift
done
case $verb in
build) mkdir -p "$build" && : >"$build/template.yaml" ;;
deploy)
	[ -z "$INTERRUPT" ] || kill -TERM $PPID
	if [ -n "$EMPTY" ]; then echo "No changes to deploy. Stack is up to date"
	elif [ $execute = no ]; then echo "Changeset created successfully. arn:aws:cloudformation:xx:1:changeSet/samcli-deploy1/2"
	fi ;;
esac
`
	fakeAWS = `#!/bin/sh
echo "aws $*" >>"$CALLS"
case "aws $*" in *"$FAIL"*) [ -z "$FAIL" ] || { echo "the fake fails" >&2; exit 1; } ;; esac
[ "$1 $3 $5" = "cloudformation --region --stack-name" ] || exit 64
case "$2 $6" in *' naru-'*) ;; *) exit 64 ;; esac
case $2 in
describe-stacks) [ -n "$STATUS" ] || { echo "An error occurred (ValidationError): Stack with id $6 does not exist" >&2; exit 254; }; echo "$STATUS" ;;
list-change-sets) case "$*" in *length*) echo "${OTHERS:-1}" ;; *) echo "$EMPTY" ;; esac ;;
delete-stack) [ $# -eq 6 ] || exit 64 ;;
delete-change-set) [ "$7" = --change-set-name ] && [ $# -eq 8 ] || exit 64 ;;
*) exit 64 ;;
esac
`
)

func TestDeploy(t *testing.T) {
	const (
		build = "sam build --build-in-source --build-dir ROOT/.aws-sam/build --template-file template.yaml"
		args  = " --template-file ROOT/.aws-sam/build/template.yaml --no-confirm-changeset --no-fail-on-empty-changeset"
		made  = "arn:aws:cloudformation:xx:1:changeSet/samcli-deploy1/2"
	)
	deploy := func(region string) string {
		return "sam deploy --config-file ROOT/infra/regions/" + region + ".toml" + args
	}
	aws := func(verb, region, stack, rest string) string {
		return "aws cloudformation " + verb + " --region " + region + " --stack-name naru-" + stack + rest
	}
	looked := func(region, stack string) []string {
		return []string{deploy(stack) + " --no-execute-changeset",
			aws("describe-stacks", region, stack, " --query Stacks[0].StackStatus --output text"),
			aws("list-change-sets", region, stack, " --query length(Summaries[?StackName=='naru-"+stack+"']) --output text")}
	}
	tests := []struct {
		name string
		args []string
		env  []string
		code int
		// says is what is to be read.
		says  string
		calls []string
	}{
		{"deploys all", []string{"deploy"}, nil, 0, "done: paris seoul tokyo",
			[]string{build, deploy("paris"), deploy("seoul"), deploy("tokyo")}},
		{"deploys those named, in that order", []string{"deploy", "tokyo", "paris"}, nil, 0, "done: tokyo paris",
			[]string{build, deploy("tokyo"), deploy("paris")}},
		{"stops at the first failure", []string{"deploy"}, []string{"FAIL=seoul.toml"}, 1, "seoul did not end well. Done until then: paris. Not done: seoul tokyo",
			[]string{build, deploy("paris"), deploy("seoul")}},
		{"stops where nothing is built", []string{"deploy"}, []string{"FAIL=sam build"}, 1, "no region was looked at", []string{build}},
		{"diff leaves no new stack", []string{"diff", "paris"}, []string{"STATUS=REVIEW_IN_PROGRESS"}, 0, "done: paris",
			slices.Concat([]string{build}, looked("eu-west-3", "paris"), []string{aws("delete-stack", "eu-west-3", "paris", "")})},
		{"diff leaves a new stack that others are at", []string{"diff", "paris"}, []string{"STATUS=REVIEW_IN_PROGRESS", "OTHERS=2"}, 0, "done: paris",
			slices.Concat([]string{build}, looked("eu-west-3", "paris"), []string{aws("delete-change-set", "eu-west-3", "paris", " --change-set-name "+made)})},
		{"diff leaves what is deployed", []string{"diff", "seoul"}, []string{"STATUS=UPDATE_COMPLETE"}, 0, "done: seoul",
			slices.Concat([]string{build}, looked("ap-northeast-2", "seoul"), []string{aws("delete-change-set", "ap-northeast-2", "seoul", " --change-set-name "+made)})},
		{"diff of nothing", []string{"diff", "tokyo"}, []string{"STATUS=CREATE_COMPLETE", "EMPTY=arn:empty"}, 0, "No changes to deploy",
			slices.Concat([]string{build}, looked("ap-northeast-1", "tokyo"),
				[]string{aws("list-change-sets", "ap-northeast-1", "tokyo", " --output text --query Summaries[?Status=='FAILED' && starts_with(ChangeSetName, 'samcli-deploy')].ChangeSetId"),
					aws("delete-change-set", "ap-northeast-1", "tokyo", " --change-set-name arn:empty")})},
		{"diff that fails before there is a stack", []string{"diff"}, []string{"FAIL=paris.toml"}, 1, "paris did not end well. Done until then: none. Not done: paris seoul tokyo",
			[]string{build, looked("eu-west-3", "paris")[0], looked("eu-west-3", "paris")[1]}},
		{"diff that cannot delete", []string{"diff", "paris", "tokyo"}, []string{"FAIL=delete-change-set", "STATUS=CREATE_COMPLETE"}, 1, "the change set was not deleted",
			slices.Concat([]string{build}, looked("eu-west-3", "paris"), []string{aws("delete-change-set", "eu-west-3", "paris", " --change-set-name "+made)})},
		{"diff that is interrupted", []string{"diff", "paris", "tokyo"}, []string{"INTERRUPT=1", "STATUS=REVIEW_IN_PROGRESS"}, 130, "Not done: paris tokyo",
			slices.Concat([]string{build}, looked("eu-west-3", "paris"), []string{aws("delete-stack", "eu-west-3", "paris", "")})},
		{"deployment that is interrupted", []string{"deploy", "paris", "tokyo"}, []string{"INTERRUPT=1"}, 130, "Not done: paris tokyo", []string{build, deploy("paris")}},
		{"without a verb", nil, nil, 2, "usage: infra/deploy diff|deploy", nil},
		{"with another verb", []string{"destroy"}, nil, 2, "there is no destroy", nil},
		{"with no region's name", []string{"deploy", "paris", "riyadh"}, nil, 2, "there is no infra/regions/riyadh.toml", nil},
		{"with a path", []string{"deploy", "../regions/paris"}, nil, 2, "is no name of a region", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := clone(t)
			write(t, filepath.Join(root, "bin", "sam"), fakeSAM)
			write(t, filepath.Join(root, "bin", "aws"), fakeAWS)
			said, code := run(t, root, slices.Concat([]string{"FAIL=", "STATUS=", "EMPTY=", "OTHERS=", "INTERRUPT=", "CALLS=" + filepath.Join(root, "calls")}, tt.env), tt.args...)
			if code != tt.code || !strings.Contains(said, tt.says) {
				t.Errorf("ended with %d, and not %d and %q:\n%s", code, tt.code, tt.says, said)
			}
			content, err := os.ReadFile(filepath.Join(root, "calls"))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			calls := strings.Split(strings.ReplaceAll(strings.TrimSpace(string(content)), root, "ROOT"), "\n")
			if len(content) == 0 {
				calls = nil
			}
			if !slices.Equal(calls, tt.calls) {
				t.Errorf("called\n%s\nand not\n%s", strings.Join(calls, "\n"), strings.Join(tt.calls, "\n"))
			}
		})
	}
}

// run runs infra/deploy of a clone, with the programs in its bin before others.
func run(t *testing.T, root string, env []string, args ...string) (said string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(root, "infra", "deploy"), args...)
	cmd.Dir = t.TempDir() // wherever it is called
	cmd.Env = slices.Concat(os.Environ(), []string{"PATH=" + filepath.Join(root, "bin") + string(os.PathListSeparator) + os.Getenv("PATH")}, env)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	} else if ok {
		code = exit.ExitCode()
	}
	return string(out), code
}
