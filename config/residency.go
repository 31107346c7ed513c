package config

import (
	"cmp"
	"errors"
	"time"

	"github.com/naru-rag/naru/region"
	"github.com/naru-rag/naru/store/remote"
)

// Residency is which region's data may flow where; see package region. Where it is given,
// what no flow opens is closed.
type Residency struct {
	// Region is where this process runs: the name of one of Regions.
	Region string `yaml:"region"`
	// Regions are all that anything is said of.
	Regions []Region `yaml:"regions"`
	// Flows are what may leave its region. None by default.
	Flows []Flow `yaml:"flows"`
}

// Region is where data belongs and systems lie.
type Region struct {
	// Name is what sources and flows call it. It must be given.
	Name string `yaml:"name"`
	// Jurisdiction is its country, by ISO 3166-1. It must be given.
	Jurisdiction string `yaml:"jurisdiction"`
	// Languages are those of its documents (BCP 47). They are shown, and decide nothing.
	Languages []string `yaml:"languages"`
	// Endpoints are what lies there, each as host:port. That opens no connection: a key
	// that names a place does, where the policy lets it.
	Endpoints []string `yaml:"endpoints"`
	// Store is where its documents are searched from here, for another region than that
	// of this process, with a flow of kind search from it to here. None by default.
	Store RegionStore `yaml:"store"`
}

// RegionStore is the Qdrant server of another region, which is searched and not written
// to.
type RegionStore struct {
	// URL is its gRPC address, as that of Store; empty, the default, is none.
	URL string `yaml:"url"`
	// APIKey is the server's key; one that may read is enough. It is not sent without TLS.
	APIKey Secret `yaml:"api_key"`
	// TLS is how the server is recognised.
	TLS TLS `yaml:"tls"`
	// Collection and CollectionPerTenant are as in Store, and as over there; by default
	// "naru", and false.
	Collection          string `yaml:"collection"`
	CollectionPerTenant bool   `yaml:"collection_per_tenant"`
	// Timeout is how long a question waits for it, by default 2 s: then it is answered
	// without, and says so.
	Timeout time.Duration `yaml:"timeout"`
}

// Flow opens a region's data to another.
type Flow struct {
	// Data is the region whose data it is, and To the one that it may flow to.
	Data string `yaml:"data"`
	To   string `yaml:"to"`
	// Kinds are what for: some of region.Kinds.
	Kinds []region.Kind `yaml:"kinds"`
}

// Given tells whether there is a policy, or what would be one.
func (r *Residency) Given() bool { return r.Region != "" || len(r.Regions) > 0 || len(r.Flows) > 0 }

// policy is the policy, or what is wrong with it.
func (r *Residency) policy() (*region.Policy, []*region.Problem) {
	regions := make([]region.Region, len(r.Regions))
	for i, of := range r.Regions {
		regions[i] = region.Region{Name: of.Name, Jurisdiction: of.Jurisdiction, Languages: of.Languages, Endpoints: of.Endpoints}
	}
	flows := make([]region.Flow, len(r.Flows))
	for i, f := range r.Flows {
		flows[i] = region.Flow(f)
	}
	return region.NewPolicy(r.Region, regions, flows)
}

// Policy is the policy in force; nil is none.
func (c *Config) Policy() (*region.Policy, error) {
	if !c.Residency.Given() {
		return nil, nil
	}
	p, wrong := c.Residency.policy()
	all := make([]error, len(wrong))
	for i, w := range wrong {
		all[i] = w
	}
	return p, errors.Join(all...)
}

// Remote is how the region's server is connected to. It reads the files that tls names.
func (s *RegionStore) Remote() (remote.Options, error) {
	opt := remote.Options{
		URL: s.URL, APIKey: s.APIKey.Reveal(), PoolSize: 1,
		// A question waits for no second attempt, and its own time is over before that of
		// one.
		Timeout: 4 * s.Timeout, Retry: remote.Retry{Attempts: 1},
	}
	if s.TLS == (TLS{}) {
		return opt, nil
	}
	var err error
	opt.TLS, err = s.TLS.load()
	return opt, err
}

// Store is what the collections over there are called by.
func (s *RegionStore) Store() *Store {
	return &Store{Collection: s.Collection, CollectionPerTenant: s.CollectionPerTenant}
}

// fill sets the defaults of what is in lists.
func (r *Residency) fill() {
	for i := range r.Regions {
		if s := &r.Regions[i].Store; s.URL != "" {
			s.Collection, s.Timeout = cmp.Or(s.Collection, Default().Store.Collection), cmp.Or(s.Timeout, defaultRegionTimeout)
		}
	}
}

const defaultRegionTimeout = 2 * time.Second
