package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/qdrant/go-client/qdrant"
)

// MinimumVersion is the oldest server spoken to: the first whose fusion takes
// weights. An older one would not refuse what it does not know but leave it
// out, as Protocol Buffers do.
const MinimumVersion = "1.17.0"

// ErrVersion is returned by [Conn.Check] for a server of a version that is not
// spoken to.
var ErrVersion = errors.New("version is not supported")

// Check asks the server who it is, and returns its version: also together with
// an [ErrVersion]. It needs no key, so it says nothing about that.
func (c *Conn) Check(ctx context.Context) (version string, err error) {
	reply, err := qdrant.NewQdrantClient(c).HealthCheck(ctx, &qdrant.HealthCheckRequest{})
	if err != nil {
		return "", err
	}
	version = reply.GetVersion()
	found, ok := parseVersion(version)
	least, _ := parseVersion(MinimumVersion)
	switch {
	case !ok:
		return version, fmt.Errorf("server at %s: %w: it says %q", c.address, ErrVersion, version)
	case found[0] != least[0]:
		return version, fmt.Errorf("server at %s: %w: it is %s, and this program knows %d.x", c.address, ErrVersion, version, least[0])
	case slices.Compare(found, least) < 0:
		return version, fmt.Errorf("server at %s: %w: it is %s and must be at least %s", c.address, ErrVersion, version, MinimumVersion)
	}
	return version, nil
}

// parseVersion reads major, minor and patch; a pre-release counts as what it
// comes before.
func parseVersion(text string) ([]int, bool) {
	number, _, _ := strings.Cut(strings.TrimPrefix(text, "v"), "-")
	number, _, _ = strings.Cut(number, "+")
	parts := strings.Split(number, ".")
	if len(parts) != 3 {
		return nil, false
	}
	version := make([]int, 3)
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return nil, false
		}
		version[i] = n
	}
	return version, true
}
