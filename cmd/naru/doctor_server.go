package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/remote"
)

// server checks a Qdrant server, from what everything else needs onwards.
func (d *doctor) server(c *config.Config) {
	var conn *remote.Conn
	if !d.check("connection", func(context.Context) finding {
		opt, err := c.Store.Remote()
		if err == nil {
			// What fails is shown as it is, and at once.
			opt.Retry.Attempts = 1
			conn, err = remote.Dial(opt)
		}
		if err != nil {
			return finding{Status: problem, Found: err.Error(), Advice: "correct store in the configuration"}
		}
		switch {
		case conn.Encrypted():
			return finding{Status: healthy, Found: c.Store.URL + ", with TLS"}
		case conn.Address().Loopback():
			return finding{Status: healthy, Found: c.Store.URL + ", on this machine"}
		default:
			return finding{Status: warning, Found: c.Store.URL + ", another machine and without TLS", Advice: "write https:// in store.url, unless all who can listen in the network may read everything"}
		}
	}) {
		return
	}
	defer func() { _ = conn.Close() }() // nothing is sent any more that could be lost
	s := store.New(conn, store.Options{Collection: c.Store.Collection})
	if !d.check("server", func(ctx context.Context) finding { return serverFound(ctx, conn) }) ||
		!d.check("key", func(ctx context.Context) finding { return keyFound(ctx, conn, c) }) {
		return
	}
	d.check("message size", func(ctx context.Context) finding { return messageFound(ctx, conn, c.Store.Batch) })
	d.collection(s, c.Store.Settings)
	d.counts(s, c)
}

func serverFound(ctx context.Context, conn *remote.Conn) finding {
	version, err := conn.Check(ctx)
	switch {
	case errors.Is(err, remote.ErrVersion):
		return finding{Status: problem, Found: err.Error(), Advice: "use a Qdrant of 1.x from " + remote.MinimumVersion + " on"}
	case err != nil:
		return finding{Status: problem, Found: err.Error()}
	default:
		return finding{Status: healthy, Found: "Qdrant " + version}
	}
}

// keyFound makes the cheapest call that needs the key.
func keyFound(ctx context.Context, conn *remote.Conn, c *config.Config) finding {
	_, err := qdrant.NewCollectionsClient(conn).CollectionExists(ctx, &qdrant.CollectionExistsRequest{CollectionName: c.Store.Collection})
	switch {
	case err != nil:
		return finding{Status: problem, Found: err.Error()}
	case c.Store.APIKey == "" && !conn.Address().Loopback():
		return finding{Status: warning, Found: "the server takes calls without a key", Advice: "unless all who reach it may read and delete everything, give it a key, and the same one in store.api_key"}
	case c.Store.APIKey == "":
		return finding{Status: healthy, Found: "the server asks for none"}
	default:
		return finding{Status: healthy, Found: "the server takes it"}
	}
}

// paddingField is a field that no Qdrant message has: servers skip it.
const paddingField = 1 << 20

// messageFound sends a message as large as the largest that indexing sends:
// what is between here and the server may have a limit of its own.
func messageFound(ctx context.Context, conn *remote.Conn, batch config.Bytes) finding {
	request := &qdrant.HealthCheckRequest{}
	padding := protowire.AppendTag(nil, paddingField, protowire.BytesType)
	request.ProtoReflect().SetUnknown(protowire.AppendBytes(padding, make([]byte, batch)))
	_, err := qdrant.NewQdrantClient(conn).HealthCheck(ctx, request)
	if err != nil {
		return finding{Status: problem, Found: err.Error(), Advice: "lower store.batch, or raise the limit of what is between here and the server"}
	}
	return finding{Status: healthy, Found: "requests of " + batch.String() + " go through"}
}

// collection compares the collection with what it should be.
func (d *doctor) collection(s *store.Store, settings store.Settings) {
	d.check("collection", func(ctx context.Context) finding {
		drift, err := s.Drift(ctx, settings)
		switch {
		case status.Code(err) == codes.NotFound:
			return finding{Status: healthy, Found: "not there yet", Advice: "run `naru index PATH`"}
		case err != nil:
			return finding{Status: problem, Found: err.Error()}
		case len(drift) == 0:
			return finding{Status: healthy, Found: "it is as it should be"}
		}
		found := finding{Status: warning}
		var fields, remedies []string
		for _, difference := range drift {
			fields = append(fields, fmt.Sprintf("%s is %s and should be %s", difference.Field, difference.Found, difference.Wanted))
			if remedy := string(difference.Remedy); !slices.Contains(remedies, remedy) {
				remedies = append(remedies, remedy)
			}
			if difference.Breaks {
				found.Status = problem
			}
		}
		found.Found, found.Advice = strings.Join(fields, "; "), strings.Join(remedies, "; ")
		return found
	})
}

// counts reads how much each configured tenant has.
func (d *doctor) counts(s *store.Store, c *config.Config) {
	tenants := []string{c.Asker.Tenant}
	for _, source := range c.Sources {
		tenants = append(tenants, source.Tenant)
	}
	slices.Sort(tenants)
	for _, tenant := range slices.Compact(tenants) {
		d.check("tenant "+tenant, func(ctx context.Context) finding {
			documents, passages, err := s.Count(ctx, tenant)
			switch {
			case status.Code(err) == codes.NotFound:
				return finding{Status: healthy, Found: "nothing is indexed yet"}
			case err != nil:
				return finding{Status: problem, Found: err.Error()}
			default:
				return finding{Status: healthy, Found: fmt.Sprintf("%d documents, %d passages", documents, passages)}
			}
		})
	}
}
