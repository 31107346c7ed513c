package peer

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/knights-analytics/hugot"
	"github.com/knights-analytics/hugot/backends"
	"github.com/knights-analytics/hugot/pipelines"

	"github.com/naru-rag/naru/embed/e5small"
)

//go:embed e5onnx.py
var onnxScript string

// hugotEmbedder is hugot with its backend written in Go, as its documentation
// has it: one pipeline, which pools and normalises.
type hugotEmbedder struct {
	session  *hugot.Session
	pipeline *pipelines.FeatureExtractionPipeline
}

// openHugot opens the model that MakeHugotModel has made in a folder.
func openHugot(dir string) (Peer, error) {
	session, err := hugot.NewGoSession()
	if err != nil {
		return nil, err
	}
	pipeline, err := hugot.NewPipeline(session, hugot.FeatureExtractionConfig{
		ModelPath: dir, Name: "e5small",
		Options: []backends.PipelineOption[*pipelines.FeatureExtractionPipeline]{pipelines.WithNormalization()},
	})
	return &hugotEmbedder{session, pipeline}, err
}

func (e *hugotEmbedder) Embed(kind Kind, texts []string) ([][]float32, error) {
	prefixed := make([]string, len(texts))
	for i, text := range texts {
		prefixed[i] = string(kind) + ": " + text
	}
	result, err := e.pipeline.RunPipeline(prefixed)
	if err != nil {
		return nil, err
	}
	return result.Embeddings, nil
}

func (e *hugotEmbedder) Close() error { return e.session.Destroy() }

// MakeHugotModel returns the folder in which hugot finds the weights of package
// e5small, whose GGUF file is at path. It is made under workDir and kept under
// cacheDir, for each version of the weights and of what unpacks them, by a python
// that has gguf and onnx.
func MakeHugotModel(python, path, workDir, cacheDir string) (string, error) {
	script := sha256.Sum256([]byte(onnxScript))
	dir := filepath.Join(cacheDir, fmt.Sprintf("e5small-onnx-%.8s-%x", e5small.SHA256, script[:4]))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	making, err := os.MkdirTemp(workDir, "onnx-")
	if err != nil {
		return "", err
	}
	if out, err := exec.Command(python, "-c", onnxScript, path, making).CombinedOutput(); err != nil {
		lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
		return "", fmt.Errorf("make what hugot reads: %w: %s", err, lines[len(lines)-1])
	}
	return dir, os.Rename(making, dir)
}
