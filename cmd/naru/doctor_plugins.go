package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/wasm/plugins"
)

// plugins loads each plugin that the configuration uses.
func (d *doctor) plugins(ctx context.Context, c *config.Config) finding {
	used, err := backend.InspectPlugins(ctx, c, plugins.Find, slog.New(slog.DiscardHandler))
	if err != nil {
		return finding{Status: problem, Found: err.Error(), Advice: "admit the plugin with `naru plugin add`, or correct plugins.use"}
	}
	if rules, err := backend.Rules(c, plugins.Find); err == nil {
		d.rules = rules
	}
	var found, compiled []string
	for _, u := range used {
		found = append(found, fmt.Sprintf("%s %s at %s", u.Name, u.Version, strings.Join(u.At, ", ")))
		if u.CompiledHere {
			compiled = append(compiled, u.Name)
		}
	}
	f := finding{Status: healthy, Found: strings.Join(found, "; ")}
	if len(compiled) > 0 {
		f.Status = warning
		f.Found += "; compiled anew at each start: " + strings.Join(compiled, ", ")
		f.Advice = "admit them on this kind of machine with `naru plugin add`, so that starts are short"
	}
	return f
}
