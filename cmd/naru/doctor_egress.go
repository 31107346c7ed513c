package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/region"
)

// proxies are the variables by which other programs are told of a proxy.
var proxies = []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}

// egress shows each place that this program may connect to, and why.
func (d *doctor) egress(c *config.Config, environ []string) {
	var guard *region.Guard
	if !d.check("egress", func(ctx context.Context) finding {
		var err error
		if guard, err = backend.Guard(ctx, c, nil, nil); err != nil {
			return finding{Status: problem, Found: err.Error(), Advice: "correct what is named"}
		}
		n := len(guard.Endpoints())
		if n == 0 {
			return finding{Status: healthy, Found: "this program connects to nothing"}
		}
		found := finding{Status: healthy, Found: fmt.Sprintf("this program may connect to %d places, and to nothing else", n)}
		for _, variable := range environ {
			name, value, _ := strings.Cut(variable, "=")
			for _, proxy := range proxies {
				if name == proxy && value != "" {
					found = finding{Status: warning, Found: found.Found + "; " + name + " is set and not used", Advice: "let this machine reach the places themselves"}
				}
			}
		}
		return found
	}) {
		return
	}
	for _, e := range guard.Endpoints() {
		d.check("egress, "+e.Why, func(ctx context.Context) finding {
			addresses, err := guard.Check(ctx, e)
			switch {
			case errors.Is(err, region.ErrForbidden):
				return finding{Status: problem, Found: err.Error(), Advice: "name its network in egress.networks, if it is yours"}
			case err != nil:
				return finding{Status: warning, Found: err.Error(), Advice: "see whether the name is right, and whether names are resolved"}
			}
			var text []string
			for _, a := range addresses {
				text = append(text, a.String())
			}
			return finding{Status: healthy, Found: e.String() + ", at " + strings.Join(text, ", ")}
		})
	}
}
