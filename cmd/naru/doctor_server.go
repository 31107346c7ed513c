package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/naru-rag/naru/config"
	"github.com/naru-rag/naru/functions/backend"
	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/remote"
)

// server checks a Qdrant server, from what everything else needs onwards.
func (d *doctor) server(c *config.Config) {
	var conn *remote.Conn
	if !d.check("connection", func(ctx context.Context) finding {
		opt, err := c.Store.Remote()
		var guard *region.Guard
		if err == nil {
			guard, err = backend.Guard(ctx, c, nil, nil)
		}
		if err == nil {
			opt.Dial = guard.Dial
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
	if !d.check("server", func(ctx context.Context) finding { return serverFound(ctx, conn) }) ||
		!d.check("key", func(ctx context.Context) finding { return keyFound(ctx, conn, c) }) {
		return
	}
	d.check("message size", func(ctx context.Context) finding { return messageFound(ctx, conn, c.Store.Batch) })
	d.indexes(conn, c, c.Store.Settings)
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

// indexes checks the index of each configured tenant, or the one of all.
func (d *doctor) indexes(conn grpc.ClientConnInterface, c *config.Config, settings store.Settings) {
	tenants := []string{c.Asker.Tenant}
	for _, source := range c.Sources {
		tenants = append(tenants, source.Tenant)
	}
	slices.Sort(tenants)
	looked := map[string]bool{}
	// What is wrong with a policy was found before.
	regions, _ := backend.Regions(c)
	for _, tenant := range slices.Compact(tenants) {
		name := backend.Collection(&c.Store, tenant)
		s := store.New(conn, store.Options{
			Collection: name, Rules: d.rules, Vectors: d.vectors, Fusion: c.Store.Fusion, Regions: regions,
		})
		if !looked[name] {
			looked[name] = true
			of := ""
			if c.Store.CollectionPerTenant {
				of = " " + name
			}
			d.collection(s, of, settings)
			d.version(s, of)
		}
		d.tenant(s, tenant)
	}
}

// collection compares a collection with what it should be.
func (d *doctor) collection(s *store.Store, of string, settings store.Settings) {
	d.check("collection"+of, func(ctx context.Context) finding {
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

// version tells which version of an index answers, and whether one was begun and
// not finished.
func (d *doctor) version(s *store.Store, of string) {
	d.check("version"+of, func(ctx context.Context) finding {
		versions, err := s.Versions(ctx)
		if err != nil {
			return finding{Status: problem, Found: err.Error()}
		}
		found := finding{Status: healthy, Found: "none answers yet"}
		serving := 0
		for _, v := range versions {
			if v.Serving {
				serving, found.Found = v.Number, v.String()+" answers"
				if stale := s.Stale(v); len(stale) > 0 {
					found = finding{Status: warning, Found: fmt.Sprintf("%s answers, and was made with other %s than now", v, strings.Join(stale, ", ")),
						Advice: string(store.RemedyIndex)}
				}
			}
		}
		for _, v := range versions {
			if v.Number > serving && !v.Complete && serving > 0 {
				found = finding{Status: warning, Found: found.Found + ", " + v.String() + " is being built or was cut short",
					Advice: "where nobody builds it, run `naru index` as before, which finishes it, or `naru index --rollback`"}
			}
		}
		return found
	})
}

// tenant reads how much a tenant has.
func (d *doctor) tenant(s *store.Store, tenant string) {
	d.check("tenant "+tenant, func(ctx context.Context) finding {
		documents, passages, err := s.Count(ctx, tenant)
		var lacking int
		if err == nil {
			lacking, err = s.CountLacking(ctx, tenant)
		}
		var hidden bool
		if err == nil {
			hidden, err = s.Hides(ctx, tenant)
		}
		switch {
		case status.Code(err) == codes.NotFound:
			return finding{Status: healthy, Found: "nothing is indexed yet"}
		case err != nil:
			return finding{Status: problem, Found: err.Error()}
		case lacking > 0:
			return finding{Status: warning, Found: fmt.Sprintf("%d documents, %d passages, %d of them found by their words alone", documents, passages, lacking),
				Advice: "they have no vectors yet: the next `naru index` makes them"}
		case hidden:
			return finding{Status: warning, Found: fmt.Sprintf("%d documents, %d passages, and others that the policy hides: they are of no region, or of one whose documents may not be here", documents, passages),
				Advice: "`naru index` gives what it finds again its source's region; to remove what is of another region, open its flow, `naru forget` it, and close it again"}
		default:
			return finding{Status: healthy, Found: fmt.Sprintf("%d documents, %d passages", documents, passages)}
		}
	})
}
