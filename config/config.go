package config

import (
	"time"

	"github.com/naru-rag/naru/access"
	embedder "github.com/naru-rag/naru/embed/remote"
	"github.com/naru-rag/naru/store"
	"github.com/naru-rag/naru/store/remote"
)

// Config is everything that can be configured.
type Config struct {
	// File is the file that was read; empty where there was none.
	File string `yaml:"-"`
	// given is where each setting was given; see Wrong.
	given *origins `yaml:"-"`

	// Data is the data folder: a path, by default ".naru" in the working
	// directory.
	Data string `yaml:"data,path"`
	// Asker is who asks at the command line, and where no key or token is asked for.
	Asker Asker `yaml:"asker"`
	// Access is who may ask a server or function.
	Access Access `yaml:"access"`
	// State is where keys and the like are kept.
	State State `yaml:"state"`
	// Audit is the log of who asked what.
	Audit Audit `yaml:"audit"`
	// Egress is what the program may connect to.
	Egress Egress `yaml:"egress"`
	// Residency is which region's data may flow where. There is no policy by default.
	Residency Residency `yaml:"residency"`
	// Sources are what is indexed, and say whose it is. None by default.
	Sources []Source `yaml:"sources"`
	// Schedule says how the schedules of sources are read.
	Schedule Schedule `yaml:"schedule"`
	// Queues are where work for functions waits.
	Queues Queues `yaml:"queues"`
	// Embedder is what makes vectors of passages and questions.
	Embedder Embedder `yaml:"embedder"`
	// Store is where passages are kept.
	Store Store `yaml:"store"`
	// Plugins take part in indexing and answering.
	Plugins Plugins `yaml:"plugins"`
}

// Plugins are WebAssembly modules that take part in indexing and answering.
type Plugins struct {
	// Folder is where admitted plugins are; empty, the default, is the folder plugins
	// in the data folder.
	Folder string `yaml:"folder,path"`
	// Trust are the keys of publishers whose plugins may be admitted. None by default.
	Trust []string `yaml:"trust"`
	// Admission is the key that plugins must have been admitted under; empty, the
	// default, is that of this data folder.
	Admission string `yaml:"admission"`
	// Ceiling bounds what any plugin may take in a call. Of a document, fuel, deadline
	// and output are for each 64 KiB.
	Ceiling PluginLimits `yaml:"ceiling"`
	// Use are the plugins that take part, in the order that they are called in. None
	// by default.
	Use []Plugin `yaml:"use"`
}

// PluginLimits are what a plugin may take in one call.
type PluginLimits struct {
	// Fuel is about how many instructions, by default 1,000,000,000.
	Fuel int `yaml:"fuel"`
	// Memory is how much memory, by default 64 MiB.
	Memory Bytes `yaml:"memory"`
	// Deadline is how long, by default 1 s.
	Deadline time.Duration `yaml:"deadline"`
	// Output is the longest response, by default 4 MiB.
	Output Bytes `yaml:"output"`
}

// Plugin is a plugin that takes part.
type Plugin struct {
	// Name is the plugin's.
	Name string `yaml:"name"`
	// Digest is that of its manifest; empty, the default, is the only one of its name.
	Digest string `yaml:"digest"`
	// Hooks are those that it is called at; empty, the default, is all that it has.
	Hooks []string `yaml:"hooks"`
	// Grants are the functions that it may call. None by default.
	Grants []string `yaml:"grants"`
	// Config is a file (YAML or JSON) that it is given, for the grant config.
	Config string `yaml:"config,path"`
	// Table is a file of keys and values, for the grant lookup.
	Table string `yaml:"table,path"`
	// OnFailure is what becomes of a question that it fails at, by default
	// PluginSkip.
	OnFailure OnFailure `yaml:"on_failure"`
}

// OnFailure is what becomes of a question that a plugin fails at.
type OnFailure string

// The ways to go on.
const (
	PluginSkip OnFailure = "skip" // without the plugin, and the answer says so
	PluginFail OnFailure = "fail" // the question fails
)

// Embedder is what makes vectors of passages and questions. Another one asks for
// a new version of the index. The fields after File are for the kinds that run
// elsewhere; see [remote.Options] of embed/remote.
type Embedder struct {
	// Kind is where the model is, by default EmbedderBundled.
	Kind EmbedderKind `yaml:"kind"`
	// File is the model's for EmbedderFile: GGUF, of a BERT or XLM-RoBERTa.
	File string `yaml:"file,path"`
	// URL is where the service is.
	URL string `yaml:"url"`
	// Region is that of Amazon Bedrock; empty takes the environment's.
	Region string `yaml:"region"`
	// APIKey is the service's key; none by default.
	APIKey Secret `yaml:"api_key"`
	// AllowKeyWithoutTLS sends the key unencrypted to another machine; by
	// default that is refused.
	AllowKeyWithoutTLS bool `yaml:"allow_key_without_tls"`
	// TLS is how the service is recognised.
	TLS TLS `yaml:"tls"`
	// Model is the name that the service knows it by.
	Model string `yaml:"model"`
	// Dimensions is the length of the model's vectors.
	Dimensions int `yaml:"dimensions"`
	// AskDimensions has the service shorten its vectors to Dimensions.
	AskDimensions bool `yaml:"ask_dimensions"`
	// Revision tells apart what is served under the same name with other weights.
	Revision string `yaml:"revision"`
	// Query and Passage are how the service tells questions from passages.
	Query   EmbedderForm `yaml:"query"`
	Passage EmbedderForm `yaml:"passage"`
	// Batch is the most texts of a request, by default 32, and BatchTokens about
	// the most tokens, by default 16,000.
	Batch       int `yaml:"batch"`
	BatchTokens int `yaml:"batch_tokens"`
	// Concurrency is how many requests are under way at once, by default 4.
	Concurrency int `yaml:"concurrency"`
	// Timeout is how long one attempt may take, by default a minute, and
	// QueryTimeout all of them for a question, by default 5 s.
	Timeout      time.Duration `yaml:"timeout"`
	QueryTimeout time.Duration `yaml:"query_timeout"`
	// Attempts is how many there are, with the first, by default 5.
	Attempts int `yaml:"attempts"`
	// Patience is how long a rate limit is waited out, by default 12 h.
	Patience time.Duration `yaml:"patience"`
	// Price is what the service asks, for the sum at the end of a run.
	Price Price `yaml:"price"`
}

// EmbedderKind is where a model is.
type EmbedderKind string

// The kinds of embedders.
const (
	EmbedderBundled EmbedderKind = "bundled" // the one in the program
	EmbedderFile    EmbedderKind = "file"
	EmbedderOpenAI  EmbedderKind = "openai" // a service with the API that OpenAI defined
	EmbedderBedrock EmbedderKind = "bedrock"
	EmbedderNone    EmbedderKind = "none" // words alone
)

// EmbedderForm is how a service is sent texts of one kind; all is empty by default.
type EmbedderForm struct {
	// Model is another name for this kind of text.
	Model string `yaml:"model"`
	// Prefix stands before each text.
	Prefix string `yaml:"prefix"`
	// InputType is sent as input_type.
	InputType string `yaml:"input_type"`
}

// Price is what a service asks for a million tokens; zero by default.
type Price struct {
	PerMillion float64 `yaml:"per_million"`
	Currency   string  `yaml:"currency"`
}

// DefaultTenant owns what no source assigns to another.
const DefaultTenant = "default"

// Asker is who asks.
type Asker struct {
	// Tenant is whose documents they reach; by default DefaultTenant.
	Tenant string `yaml:"tenant"`
	// Principals are the users and groups that they act as. None by default:
	// they then see what names no principal.
	Principals []string `yaml:"principals"`
	// Regions are the regions that they are restricted to. None by default:
	// they see all.
	Regions []string `yaml:"regions"`
}

// Access is who may ask a server or function: callers with a key that `naru key` made, or
// with a token of an identity provider. On a loopback address everybody may who reaches
// it, unless Required is set.
type Access struct {
	// Required asks for a key or token on a loopback address too.
	Required bool `yaml:"required"`
	// Gateway says that whatever stands before this program lets nobody through that it
	// does not know, so that all who come ask as Asker, and may only ask and read.
	Gateway bool `yaml:"gateway"`
	// Origins are those whose pages may ask from a browser. None by default.
	Origins []string `yaml:"origins"`
	// OIDC are identity providers whose tokens count. None by default.
	OIDC []Issuer `yaml:"oidc"`
}

// Issuer is an identity provider; see access.Issuer.
type Issuer struct {
	// Issuer is its address, as its tokens name it. It must be given.
	Issuer string `yaml:"issuer"`
	// Audience is what its tokens must be for. It must be given.
	Audience string `yaml:"audience"`
	// Tenant, Principals and Regions are as whom its users ask. The tenant is by default
	// DefaultTenant.
	Tenant     string   `yaml:"tenant"`
	Principals []string `yaml:"principals"`
	Regions    []string `yaml:"regions"`
	// Role is what they may do, by default access.Reader.
	Role access.Role `yaml:"role"`
	// PerMinute is how often each may come; 0, the default, is without limit.
	PerMinute int `yaml:"per_minute"`
	// Claims are those of a token that say more.
	Claims Claims `yaml:"claims"`
}

// Claims are names of claims; see access.Claims.
type Claims struct {
	Tenant     string   `yaml:"tenant"`
	Principals []string `yaml:"principals"`
	Role       string   `yaml:"role"`
}

// Egress is what the program may connect to besides the places that other keys name.
type Egress struct {
	// Allow are such places, as host:port. None by default.
	Allow []string `yaml:"allow"`
	// Networks are the private ones, such as 10.1.0.0/16, that names may lead to. None by
	// default.
	Networks []string `yaml:"networks"`
}

// State is where keys and the like are kept.
type State struct {
	// Table is a table of DynamoDB. Empty, the default, is a file in the data folder.
	Table string `yaml:"table"`
}

// Audit is the log of who asked what and when, what was shown, deleted and connected to;
// see package audit. It is kept in the data folder, or in the table of State.
type Audit struct {
	// On keeps it.
	On bool `yaml:"on"`
	// Key signs its checkpoints. Empty, the default, is the file audit.key in the data
	// folder, which is made when it is first needed.
	Key Secret `yaml:"key"`
	// Salt is what callers and questions are hashed with. Empty, the default, is the file
	// audit.salt in the data folder, which is made when it is first needed.
	Salt Secret `yaml:"salt"`
	// OnFailure is what becomes of what cannot be recorded, by default AuditRefuse.
	OnFailure AuditFailure `yaml:"on_failure"`
}

// AuditFailure is what becomes of what cannot be recorded.
type AuditFailure string

// The ways to go on.
const (
	AuditRefuse  AuditFailure = "refuse"  // nothing is answered or deleted
	AuditDegrade AuditFailure = "degrade" // it is, and the answer says so
)

// Source is a file, folder or bucket that is indexed. One of Path and S3 must be given.
type Source struct {
	// Path is where a file or folder lies.
	Path string `yaml:"path,path"`
	// S3 is a bucket of Amazon S3, or of what has its API.
	S3 S3 `yaml:"s3"`
	// Tenant owns what it brings; by default DefaultTenant.
	Tenant string `yaml:"tenant"`
	// Principals are the users and groups that may see it. None by default:
	// everybody of the tenant may.
	Principals []string `yaml:"principals"`
	// Region is where it belongs; empty, the default, is anywhere. With a policy it must
	// be given.
	Region string `yaml:"region"`
	// Schedule is when `naru serve` indexes it, as package schedule reads it. Empty, the
	// default, is whenever it changes.
	Schedule string `yaml:"schedule"`
}

// Schedule says how the schedules of sources are read.
type Schedule struct {
	// TimeZone is the IANA name of the zone whose clock they go by, by default UTC,
	// which is the same on every machine.
	TimeZone string `yaml:"time_zone"`
}

// S3 is a bucket, or what is in it under a prefix.
type S3 struct {
	// Bucket is its name.
	Bucket string `yaml:"bucket"`
	// Prefix is what the keys begin with, to the letter: "2026" is also that of
	// "2026-old/a.md", and "2026/" is not. Empty, the default, takes all.
	Prefix string `yaml:"prefix"`
	// Endpoint is the address of a service other than Amazon's; empty, the default, is
	// Amazon's in Region.
	Endpoint string `yaml:"endpoint"`
	// Region is Amazon's; empty takes the environment's.
	Region string `yaml:"region"`
}

// Queues are those of Amazon SQS that work for functions waits in, by their URLs. All
// are empty by default.
type Queues struct {
	// Index is where changed objects and missing vectors wait for function index.
	Index string `yaml:"index"`
	// Reindex is where the walk over sources waits for function reindex.
	Reindex string `yaml:"reindex"`
	// Dead is where work lies that failed for good.
	Dead string `yaml:"dead"`
}

// Store is where passages are kept: in the data folder, or on a Qdrant server.
type Store struct {
	// URL is the server's gRPC address: host:port, http://host:port or
	// https://host:port. Empty, the default, is the embedded engine.
	URL string `yaml:"url"`
	// APIKey is the server's key; none by default.
	APIKey Secret `yaml:"api_key"`
	// AllowKeyWithoutTLS sends the key unencrypted to another machine; by
	// default that is refused.
	AllowKeyWithoutTLS bool `yaml:"allow_key_without_tls"`
	// TLS is how the server is recognised. Naming any of it asks for TLS, as
	// https:// does.
	TLS TLS `yaml:"tls"`
	// Collection is the name of the collection, by default "naru".
	Collection string `yaml:"collection"`
	// CollectionPerTenant keeps each tenant in a collection of its own, so that
	// how rare a word is tells nothing about other tenants. By default all
	// share one.
	CollectionPerTenant bool `yaml:"collection_per_tenant"`
	// Fusion is how what is found by words and by meaning becomes one order, by
	// default store.FusionCalibrated. Another one makes the next version of the
	// index.
	Fusion store.Fusion `yaml:"fusion"`
	// Timeout is how long one attempt at a call to the server may take, by
	// default 10 s.
	Timeout time.Duration `yaml:"timeout"`
	// Retries are attempts after the first has failed.
	Retries Retries `yaml:"retries"`
	// PoolSize is the number of connections to the server, by default 2.
	PoolSize int `yaml:"pool_size"`
	// MaxMessage is the largest message sent to or taken from the server, by
	// default 64 MiB.
	MaxMessage Bytes `yaml:"max_message"`
	// Batch is about how much is written to the server in one request, by
	// default 8 MiB.
	Batch Bytes `yaml:"batch"`
	// Settings are how the collection is laid out on the server.
	Settings store.Settings `yaml:"settings"`
	// Memory bounds what the embedded engine keeps in memory, by default 128 MiB.
	Memory Bytes `yaml:"memory"`
}

// TLS names files in PEM form; all are empty by default.
type TLS struct {
	// CA are the certificates that the server's must lead to; empty takes those
	// of the system.
	CA string `yaml:"ca,path"`
	// Cert and Key are what this program shows to a server that asks for it.
	Cert string `yaml:"cert,path"`
	Key  string `yaml:"key,path"`
	// ServerName is the name that the server's certificate must have, where it
	// is not the host of the URL.
	ServerName string `yaml:"server_name"`
}

// Retries are the attempts at a call; see [remote.Retry].
type Retries struct {
	// Attempts is how many there are, with the first: by default 5; 1 never
	// retries.
	Attempts int `yaml:"attempts"`
	// First bounds the wait before the second attempt, by default 200 ms. It
	// doubles with each.
	First time.Duration `yaml:"first"`
	// Longest bounds every wait, by default 10 s.
	Longest time.Duration `yaml:"longest"`
}

// Default is the configuration where there is neither file nor variable.
func Default() *Config {
	tenantIndex := true
	return &Config{
		Data:     ".naru",
		Asker:    Asker{Tenant: DefaultTenant},
		Audit:    Audit{OnFailure: AuditRefuse},
		Schedule: Schedule{TimeZone: "UTC"},
		Embedder: Embedder{
			Kind:  EmbedderBundled,
			Batch: embedder.DefaultBatch, BatchTokens: embedder.DefaultBatchTokens, Concurrency: embedder.DefaultConcurrency,
			Timeout: embedder.DefaultTimeout, QueryTimeout: embedder.DefaultQueryTimeout,
			Attempts: embedder.DefaultAttempts, Patience: embedder.DefaultPatience,
			Price: Price{Currency: "USD"},
		},
		Store: Store{
			Collection: "naru",
			Fusion:     store.FusionCalibrated,
			Timeout:    remote.DefaultTimeout,
			Retries:    Retries{Attempts: remote.DefaultAttempts, First: remote.DefaultFirst, Longest: remote.DefaultLongest},
			PoolSize:   remote.DefaultPoolSize,
			MaxMessage: remote.DefaultMaxMessage,
			Batch:      8 * MiB,
			Settings:   store.Settings{TenantIndex: &tenantIndex},
			Memory:     128 * MiB,
		},
		Plugins: Plugins{
			Ceiling: PluginLimits{Fuel: 1_000_000_000, Memory: 64 * MiB, Deadline: time.Second, Output: 4 * MiB},
		},
	}
}
