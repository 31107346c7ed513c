// Package awsconf reads the environment's configuration of AWS, so that all that comes of
// it connects through one dialer.
//
// That takes more than a client: given one whose transport dials, the SDK dials by itself
// all the same where it asks a machine's metadata or a container's endpoint for
// credentials, and in every service where AWS_DEFAULTS_MODE is set. [Load] closes these
// ways; nothing else of Naru may call the SDK's LoadDefaultConfig, and TestOutbound of
// functions/backend tries them all.
package awsconf

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// Dial opens a connection; see the DialContext of an http.Transport.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// nearby is how long it takes at most to ask a machine for its credentials.
const nearby = 5 * time.Second

// Load reads the configuration. It asks nobody for anything yet. HTTPClient of what it
// returns is an awshttp.BuildableClient, with the certificates that AWS_CA_BUNDLE names.
func Load(ctx context.Context, dial Dial, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	ours := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.Proxy, t.DialContext = nil, dial })
	// Of a BuildableClient the SDK exchanges the dialer, of another it leaves it alone.
	plain := &http.Client{Transport: ours.GetTransport(), Timeout: nearby}
	options = append(options[:len(options):len(options)],
		config.WithHTTPClient(ours),
		// Other modes exchange the dialer, and auto asks the metadata.
		config.WithDefaultsMode(aws.DefaultsModeLegacy),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = plain }),
	)
	load := func(more ...func(*config.LoadOptions) error) (aws.Config, error) {
		c, err := config.LoadDefaultConfig(ctx, append(options, more...)...)
		if err != nil {
			err = fmt.Errorf("read the environment's configuration of AWS: %w", err)
		}
		return c, err
	}
	c, err := load()
	if err != nil {
		return c, err
	}
	// Where the metadata is, the configuration says.
	metadata := imds.NewFromConfig(c, func(o *imds.Options) { o.HTTPClient = plain })
	return load(config.WithEC2RoleCredentialOptions(func(o *ec2rolecreds.Options) { o.Client = metadata }))
}
