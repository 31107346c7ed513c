package infra_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-rag/naru/internal/pythontest"
)

// builtSAM is sam, but that building leaves the template as it is and programs empty; the
// real build is a step of .ci/run.
const builtSAM = `#!/bin/sh
if [ "$1" != build ]; then
	PATH=${PATH#*:} exec sam "$@"
fi
while [ $# -gt 0 ]; do
	[ "$1" != --build-dir ] || build=$2
	shift
done
mkdir -p "$build" && cp template.yaml "$build" && : >"$build/bootstrap"
`

// TestDeployToCloudFormation has the command line of SAM and that of AWS work against
// moto, which knows no functions, but everything else of the template.
func TestDeployToCloudFormation(t *testing.T) {
	if testing.Short() {
		t.Skip("sam takes seconds to start")
	}
	pythontest.Folder(t, "samcli")
	if _, err := exec.LookPath("aws"); err != nil {
		t.Skip("there is no aws: pip install -r internal/pythontest/requirements.txt")
	}
	endpoint := pythontest.Moto(t)
	root := clone(t)
	write(t, filepath.Join(root, "bin", "sam"), builtSAM)
	// So that sam does not ask PyPI whether there is a newer one.
	home := filepath.Join(root, "home")
	write(t, filepath.Join(home, ".aws-sam", "metadata.json"), fmt.Sprintf(`{"lastVersionCheck":%d.0,"telemetryEnabled":false}`, time.Now().Unix()))
	// moto takes a template's bucket from the path of a URL at this name only.
	env := []string{"AWS_ENDPOINT_URL=" + strings.Replace(endpoint, "127.0.0.1", "localhost", 1),
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_CONFIG_FILE=/dev/null", "HOME=" + home}
	aws := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("aws", append(args, "--region", "ap-northeast-2", "--output", "text")...)
		cmd.Env = append(cmd.Environ(), env...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("aws %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	stacks := func() string {
		return aws("cloudformation", "list-stacks", "--stack-status-filter", "CREATE_COMPLETE", "UPDATE_COMPLETE", "REVIEW_IN_PROGRESS", "--query", "StackSummaries[?starts_with(StackName,'naru-')].[StackName,StackStatus]")
	}
	// The bucket that sam keeps programs in; moto would lose the tags that it knows it by.
	write(t, filepath.Join(root, "bucket.yaml"), "Resources: {Bucket: {Type: 'AWS::S3::Bucket'}}\nOutputs: {SourceBucket: {Value: !Ref Bucket}}\n")
	aws("cloudformation", "create-stack", "--stack-name", "aws-sam-cli-managed-default", "--tags", "Key=ManagedStackSource,Value=AwsSamCli", "--template-body", "file://"+filepath.Join(root, "bucket.yaml"))

	// moto takes a policy that is left out for one without a name.
	file := filepath.Join(root, "infra", "regions", "seoul.toml")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, strings.Replace(string(content), `"Tenant=default",`, `"Tenant=default", "AuditKeySecret=key", "AuditSaltSecret=salt",`, 1))

	said, code := run(t, root, env, "diff", "seoul")
	if code != 0 || !strings.Contains(said, "AskFunction") {
		t.Fatalf("diff ended with %d:\n%s", code, said)
	}
	if left := stacks(); left != "" {
		t.Errorf("diff left %q", left)
	}
	said, code = run(t, root, env, "deploy", "seoul")
	if code != 0 {
		t.Fatalf("deploy ended with %d:\n%s", code, said)
	}
	if got := stacks(); got != "naru-seoul\tCREATE_COMPLETE" {
		t.Errorf("deploy made %q", got)
	}
	given := aws("cloudformation", "describe-stacks", "--stack-name", "naru-seoul", "--query", "Stacks[0].Parameters[].[ParameterKey,ParameterValue]")
	for _, want := range []string{"Schedule\tcron(17 2 * * ? *)", "ScheduleTimeZone\tAsia/Seoul", "StoreUrl\thttps://qdrant.seoul.example.com:6334"} {
		if !strings.Contains(given+"\n", want+"\n") {
			t.Errorf("deployed with\n%s\nwithout %s", given, want)
		}
	}
	sets := func() string {
		return aws("cloudformation", "list-change-sets", "--stack-name", "naru-seoul", "--query", "Summaries[?StackName=='naru-seoul'].ChangeSetId")
	}
	before := sets() // moto keeps those that were executed
	said, code = run(t, root, env, "diff", "seoul")
	if code != 0 {
		t.Fatalf("diff of what is deployed ended with %d:\n%s", code, said)
	}
	if left := stacks(); left != "naru-seoul\tCREATE_COMPLETE" {
		t.Errorf("diff left %q", left)
	}
	if after := sets(); after != before {
		t.Errorf("diff left change sets: %q, and before %q", after, before)
	}
}
