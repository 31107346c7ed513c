package infra_test

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/naru-rag/naru/config"
)

// project reads compose.yaml as Docker Compose does, against its schema.
func project(t *testing.T) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"compose.yaml"}, cli.WithEnv([]string{"DOCUMENTS=../samples"}), cli.WithResolvedPaths(true))
	if err != nil {
		t.Fatal(err)
	}
	p, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestComposeNeedsDocuments(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{"compose.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := options.LoadProject(t.Context()); err == nil || !strings.Contains(err.Error(), "must name the folder with the documents") {
		t.Errorf("without DOCUMENTS: %v", err)
	}
}

// TestComposeIsClosed: nothing leaves, nothing is published, and nobody in a container can
// write to it or become more than they are.
func TestComposeIsClosed(t *testing.T) {
	p := project(t)
	if names := slices.Sorted(slices.Values(p.ServiceNames())); !slices.Equal(names, []string{"naru", "qdrant"}) {
		t.Fatalf("services %v", names)
	}
	for name, n := range p.Networks {
		if !n.Internal || bool(n.External) {
			t.Errorf("network %s leads out", name)
		}
	}
	for name, s := range p.Services {
		if len(s.Ports) > 0 || s.NetworkMode != "" || len(s.Networks) == 0 {
			t.Errorf("%s: ports %v, network mode %q, networks %v", name, s.Ports, s.NetworkMode, s.Networks)
		}
		if !s.ReadOnly || s.Privileged || !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 || !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s can do more than it needs: read_only %v, privileged %v, cap_drop %v, cap_add %v, security_opt %v", name, s.ReadOnly, s.Privileged, s.CapDrop, s.CapAdd, s.SecurityOpt)
		}
		if s.MemLimit == 0 || s.CPUS == 0 || s.PidsLimit == 0 || s.HealthCheck == nil || s.Restart == "" {
			t.Errorf("%s has no limit of memory, processors or processes, no health check, or is not restarted", name)
		}
		for variable, value := range s.Environment {
			if regexp.MustCompile(`(?i)key|secret|token|password`).MatchString(variable) {
				t.Errorf("%s: %s is %q: keys are secrets", name, variable, *value)
			}
		}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind && (!v.ReadOnly || v.Bind == nil || bool(v.Bind.CreateHostPath)) {
				t.Errorf("%s may write to %s, or have it made", name, v.Source)
			}
		}
		if len(s.Secrets) != 1 || s.Secrets[0].Source != "qdrant_key" {
			t.Errorf("%s: secrets %v", name, s.Secrets)
		}
	}
	if s := p.Secrets["qdrant_key"]; s.File == "" || s.Environment != "" || s.Content != "" {
		t.Errorf("the key is not a file: %+v", s)
	}
}

// TestComposeNamesWhatIsThere: files that are named exist, but the key, which is nobody's
// to commit, and images are of one version.
func TestComposeNamesWhatIsThere(t *testing.T) {
	p := project(t)
	version := regexp.MustCompile(`:v?\d+\.\d+\.\d+(-[a-z0-9.]+)?$`)
	if image := p.Services["qdrant"].Image; !version.MatchString(image) {
		t.Errorf("qdrant's image %s is of no version", image)
	}
	naru := p.Services["naru"]
	if naru.Build == nil {
		t.Fatal("naru's image is not built here")
	}
	there := []string{naru.Build.Context, filepath.Join(naru.Build.Context, naru.Build.Dockerfile)}
	for _, c := range p.Configs {
		there = append(there, c.File)
	}
	for _, s := range p.Services {
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeBind {
				there = append(there, v.Source)
			}
		}
	}
	for _, path := range there {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	stages := map[string]bool{"scratch": true}
	for _, line := range dockerfile(t) {
		words := strings.Fields(line)
		if words[0] != "FROM" {
			continue
		}
		if image := words[1]; !stages[image] && !version.MatchString(image) {
			t.Errorf("%s: the image is of no version", line)
		}
		if len(words) == 4 {
			stages[words[3]] = true
		}
	}
}

// TestImageIsOfThisModulesGo: the compiler of the image is not older than go.mod asks for,
// for then the build would fetch another.
func TestImageIsOfThisModulesGo(t *testing.T) {
	content, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	asked := regexp.MustCompile(`(?m)^go (\d+\.\d+)\.\d+$`).FindSubmatch(content)
	if asked == nil || !slices.ContainsFunc(dockerfile(t), func(line string) bool { return strings.HasPrefix(line, "FROM golang:"+string(asked[1])+".") }) {
		t.Errorf("go.mod asks for Go %q, and infra/Dockerfile has %q", asked, dockerfile(t)[0])
	}
}

// dockerfile returns the instructions of infra/Dockerfile.
func dockerfile(t *testing.T) (lines []string) {
	t.Helper()
	file, err := os.Open("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if line := strings.TrimSpace(scanner.Text()); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestConfigurationFitsCompose: what naru.yaml says is what compose.yaml has.
func TestConfigurationFitsCompose(t *testing.T) {
	p := project(t)
	content, err := os.ReadFile("naru.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "naru.yaml")
	write(t, file, string(content))
	write(t, filepath.Join(filepath.Dir(file), filepath.Base(p.Services["naru"].Secrets[0].Target)), "0123456789abcdef\n")
	c, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Store.URL != "http://qdrant:6334" || c.Store.APIKey.Reveal() != "0123456789abcdef" {
		t.Errorf("the store is %s, and the key %q", c.Store.URL, c.Store.APIKey.Reveal())
	}
	if subnet := p.Networks["inside"].Ipam.Config[0].Subnet; !slices.Equal(c.Egress.Networks, []string{subnet}) {
		t.Errorf("egress.networks is %v, and the network %s", c.Egress.Networks, subnet)
	}
	mounted := map[string]bool{} // whether it can be written to
	for _, v := range p.Services["naru"].Volumes {
		mounted[v.Target] = !v.ReadOnly
	}
	if writable, ok := mounted[c.Data]; !ok || !writable {
		t.Errorf("the data folder %s is no volume: %v", c.Data, mounted)
	}
	for _, s := range c.Sources {
		if writable, ok := mounted[s.Path]; !ok || writable {
			t.Errorf("the source %s is not mounted to be read only: %v", s.Path, mounted)
		}
	}
	if !c.Audit.On || c.Residency.Region == "" {
		t.Errorf("audit %v, residency %+v", c.Audit.On, c.Residency)
	}
}
