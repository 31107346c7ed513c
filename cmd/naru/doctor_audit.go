package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
)

// audited tells whether the log can be gone on with. All of it is for `naru audit verify`.
func audited(ctx context.Context, c *config.Config) finding {
	key, err := backend.AuditKey(c)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return finding{Status: healthy, Found: "on; its key is made with the first record"}
	case err != nil:
		return finding{Status: problem, Found: err.Error(), Advice: "correct audit.key; without the key of the log nothing is recorded"}
	}
	s, err := backend.OpenAuditState(ctx, c, nil)
	if err != nil {
		return finding{Status: problem, Found: err.Error(), Advice: "correct the state's settings"}
	}
	defer s.Close()
	signed, err := audit.Latest(ctx, s, key.Verifier())
	switch {
	case errors.Is(err, audit.ErrChanged):
		return finding{Status: problem, Found: err.Error(), Advice: "give audit.key the key that has signed it, or find out who changed it; to begin another log, put audit.db away"}
	case err != nil:
		return finding{Status: problem, Found: err.Error(), Advice: "let this program read and write it"}
	case signed == "":
		return finding{Status: healthy, Found: "on; nothing is recorded yet"}
	}
	return finding{Status: healthy, Found: "on; " + strings.Split(signed, "\n")[1] + " records, signed by " + key.Verifier().Name()}
}
