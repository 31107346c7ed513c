package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAuditRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"audit: {on_failure: ignore}":                                             "audit.on_failure",
		"audit: {key: PRIVATE+KEY+a+00000000+AAAA}":                               "audit.key",
		"audit: {salt: short}":                                                    "audit.salt",
		"state: {table: naru}\naudit: {on: true, salt: sixteen bytes are enough}": "audit.key",
		"state: {table: naru}\naudit: {on: true, key: " + signingKey + "}":        "audit.salt",
		"audit: {on: perhaps}":                                                    "audit.on",
		"audit: {on: true, retention: 10}":                                        "retention",
	} {
		path := filepath.Join(t.TempDir(), "naru.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path+":") {
			t.Errorf("%s: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "AAAA") {
			t.Errorf("the error has the key: %v", err)
		}
	}
	environ := []string{"NARU_STATE_TABLE=naru", "NARU_AUDIT_ON=true", "NARU_AUDIT_KEY=${SIGNER}", "SIGNER=" + signingKey, "NARU_AUDIT_SALT=sixteen bytes are enough"}
	if c, err := Load("", environ); err != nil || c.Audit.Key.Reveal() != signingKey {
		t.Error(err)
	}
}

// signingKey is of this test only.
const signingKey = "PRIVATE+KEY+naru.test/audit+fa70e2bc+AWvAGEa21RfKNNUyhea5D4we3lCsn50UxTAu5Ef0kWuF"
