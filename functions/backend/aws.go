package backend

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/naru-rag/naru/audit"
	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/indexer/source"
	"github.com/naru-rag/naru/indexer/source/s3"
	"github.com/naru-rag/naru/internal/awsconf"
	"github.com/naru-rag/naru/region"
)

// awsClients is what AWS's clients are made with: the environment's credentials, and
// connections that the guard makes.
func awsClients(ctx context.Context, c *config.Config, log *slog.Logger, name string, decided func(region.Decision)) (aws.Config, error) {
	guard, err := Guard(ctx, c, log, decided)
	if err != nil {
		return aws.Config{}, err
	}
	return awsconf.Load(ctx, guard.DialContext, awsconfig.WithRegion(name))
}

// awsRegion is the region that is named, or else that of the environment.
func awsRegion(ctx context.Context, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	c, err := awsconf.Load(ctx, region.New(region.Options{}).DialContext) // which asks nobody
	return c.Region, err
}

// serviceAddress is where the environment says that a service is; empty where it does not.
func serviceAddress(service string) (address, variable string) {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if address := os.Getenv(name); address != "" {
			return address, name
		}
	}
	return "", ""
}

// tableAddress is where DynamoDB is: where the environment says so, or in its region.
func tableAddress(ctx context.Context) (address, why string, err error) {
	if address, why := serviceAddress("DYNAMODB"); address != "" {
		return address, why, nil
	}
	name, err := awsRegion(ctx, "")
	if err != nil {
		return "", "", err
	}
	e, err := awsdynamodb.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, awsdynamodb.EndpointParameters{Region: aws.String(name)})
	if err != nil {
		return "", "", fmt.Errorf("state.table: the region %q: %w", name, err)
	}
	return e.URI.String(), "state.table", nil
}

// bucketEndpoint is the address of the service that has a bucket where that is not
// Amazon's own; the bucket is then in the path.
func bucketEndpoint(from *config.S3) string {
	address, _ := serviceAddress("S3")
	return cmp.Or(from.Endpoint, address)
}

// bucketAddress is where a bucket is.
func bucketAddress(ctx context.Context, from *config.S3) (string, error) {
	if address := bucketEndpoint(from); address != "" {
		return address, nil
	}
	name, err := awsRegion(ctx, from.Region)
	if err != nil {
		return "", err
	}
	e, err := awss3.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, awss3.EndpointParameters{Region: &name, Bucket: &from.Bucket})
	if err != nil {
		return "", fmt.Errorf("the bucket %s in the region %q: %w", from.Bucket, name, err)
	}
	return e.URI.String(), nil
}

// Bucket is the source that a configuration names as a bucket. Connections are recorded in
// l, where it is not nil.
func Bucket(ctx context.Context, c *config.Config, from *config.S3, opt source.Options, l *audit.Log, log *slog.Logger) (*s3.Bucket, error) {
	name, err := awsRegion(ctx, from.Region)
	if err != nil {
		return nil, err
	}
	made, err := awsClients(ctx, c, log, cmp.Or(name, "us-east-1"), connections(l)) // other services than Amazon's need some name
	if err != nil {
		return nil, err
	}
	client := awss3.NewFromConfig(made, func(o *awss3.Options) {
		if address := bucketEndpoint(from); address != "" {
			o.BaseEndpoint, o.UsePathStyle = &address, true
			// Others do not know the checksums that Amazon adds.
			o.RequestChecksumCalculation, o.ResponseChecksumValidation = aws.RequestChecksumCalculationWhenRequired, aws.ResponseChecksumValidationWhenRequired
		}
	})
	return s3.New(client, from.Bucket, s3.Options{Prefix: from.Prefix, MaxBytes: opt.MaxBytes}), nil
}

// Queues is the way to the queues of a configuration, all of which are of one service.
// Connections are recorded in l, where it is not nil.
func Queues(ctx context.Context, c *config.Config, l *audit.Log, log *slog.Logger) (*sqs.Client, error) {
	made, err := awsClients(ctx, c, log, "", connections(l))
	if err != nil {
		return nil, err
	}
	return sqs.NewFromConfig(made, func(o *sqs.Options) {
		// A queue's address says where its service is.
		if u, err := url.Parse(cmp.Or(c.Queues.Index, c.Queues.Reindex, c.Queues.Dead)); err == nil && u.Host != "" {
			o.BaseEndpoint = aws.String(u.Scheme + "://" + u.Host)
		}
	}), nil
}
